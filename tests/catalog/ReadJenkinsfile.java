import java.io.File;
import java.util.ArrayList;
import java.util.List;
import org.codehaus.groovy.ast.CodeVisitorSupport;
import org.codehaus.groovy.ast.expr.ConstantExpression;
import org.codehaus.groovy.ast.expr.Expression;
import org.codehaus.groovy.ast.expr.GStringExpression;
import org.codehaus.groovy.ast.expr.MethodCallExpression;
import org.codehaus.groovy.ast.expr.TupleExpression;
import org.codehaus.groovy.control.CompilationUnit;
import org.codehaus.groovy.control.Phases;

/**
 * Parses a Jenkinsfile with Groovy's own parser, and says what it calls, a line each: the method
 * and its first argument where that is a constant. A text with `${...}` in it is `GSTRING`.
 * Nothing of it runs.
 */
public class ReadJenkinsfile {
    public static void main(String[] arguments) {
        CompilationUnit unit = new CompilationUnit();
        unit.addSource(new File(arguments[0]));
        unit.compile(Phases.CONVERSION);
        List<String> said = new ArrayList<>();
        unit.getAST().getModules().get(0).getStatementBlock().visit(new CodeVisitorSupport() {
            @Override
            public void visitMethodCallExpression(MethodCallExpression call) {
                said.add((call.getMethodAsString() + " " + first(call.getArguments())).trim());
                super.visitMethodCallExpression(call);
            }

            @Override
            public void visitGStringExpression(GStringExpression text) {
                said.add("GSTRING " + text.getText());
                super.visitGStringExpression(text);
            }
        });
        said.forEach(System.out::println);
    }

    private static String first(Expression arguments) {
        if (arguments instanceof TupleExpression several && !several.getExpressions().isEmpty()) {
            return first(several.getExpression(0));
        }
        return arguments instanceof ConstantExpression constant ? constant.getText() : "";
    }
}
