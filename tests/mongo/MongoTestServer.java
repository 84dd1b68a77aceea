import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.AbstractMongoBackend;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A MongoDB for tests: mongo-java-server, made to greet today's clients and to refuse aloud what it
 * would silently get wrong.
 *
 * <p>{@code java -cp 'lib/*' MongoTestServer.java PORT [FILE]} prints the port it listens on (PORT 0
 * picks one) and lives until its standard input ends. With a file (H2) what it acknowledged
 * survives a kill.
 */
public class MongoTestServer {

  /** What the server says it is: the oldest that pymongo speaks to. */
  record Announced(List<Integer> getVersionArray, int getWireVersion) implements MongoVersion {}

  private static final MongoVersion ANNOUNCED = new Announced(List.of(4, 4, 0), 9);

  /** Commands that must lie on the disk when they are answered. */
  private static final Set<String> WRITES =
      Set.of(
          "insert", "update", "delete", "findAndModify", "createIndexes", "drop", "dropDatabase");

  /** Options that the server accepts and does not obey. */
  private static final Set<String> NOT_OBEYED =
      Set.of("collation", "hint", "validator", "$dayOfWeek");

  private final AbstractMongoBackend backend;
  private final Set<Object> knownCollections = ConcurrentHashMap.newKeySet();
  private final ReadWriteLock making = new ReentrantReadWriteLock();

  private MongoTestServer(AbstractMongoBackend backend) {
    this.backend = backend;
    backend.version(ANNOUNCED);
  }

  public static void main(String[] arguments) throws Exception {
    var backend = arguments.length > 1 ? new H2Backend(arguments[1]) : new MemoryBackend();
    var server = new MongoServer(new MongoTestServer(backend).inFront());
    server.bind("127.0.0.1", Integer.parseInt(arguments[0]));
    InetSocketAddress listening = server.getLocalAddress();
    System.out.println(listening.getPort());
    while (System.in.read() >= 0) {
      // whoever started us is alive
    }
    server.shutdownNow();
    System.exit(0);
  }

  /** The backend with {@link #answer} before its messages. */
  private MongoBackend inFront() {
    return (MongoBackend)
        Proxy.newProxyInstance(
            MongoTestServer.class.getClassLoader(),
            new Class<?>[] {MongoBackend.class},
            (proxy, method, given) -> call(method, given));
  }

  private Object call(Method method, Object[] given) throws Throwable {
    try {
      if (method.getName().equals("handleMessage")) {
        return inTurn((MongoMessage) given[0]);
      }
      Object result = method.invoke(backend, given);
      if (result instanceof QueryResult rows) {
        rows.forEach(MongoTestServer::asHello);
      }
      return result;
    } catch (InvocationTargetException error) {
      throw error.getCause();
    }
  }

  /** Alone where it makes a collection or an index: this server breaks when two do it at once. */
  private Document inTurn(MongoMessage message) throws Exception {
    Document query = message.getDocument();
    String command = query.keySet().iterator().next();
    List<Object> collection = List.of(message.getDatabaseName(), query.get(command));
    boolean alone = command.equals("createIndexes") || !knownCollections.contains(collection);
    Lock lock = alone ? making.writeLock() : making.readLock();
    lock.lock();
    try {
      return answer(message, query, command);
    } finally {
      knownCollections.add(collection);
      lock.unlock();
    }
  }

  private Document answer(MongoMessage message, Document query, String command) throws Exception {
    refuseTransactions(query);
    refuseWhatIsNotObeyed(query, false);
    Document answer =
        command.equals("hello")
            ? backend.handleCommand(
                message.getChannel(), "admin", "ismaster", new Document("ismaster", 1))
            : backend.handleMessage(message);
    if (command.equals("insert")) {
      countInserted(query, answer);
    }
    if (backend instanceof H2Backend file && WRITES.contains(command)) {
      file.commit(); // otherwise a kill loses what was acknowledged in the last second
    }
    return asHello(answer);
  }

  /** As a MongoDB that is no member of a replica set. */
  private static void refuseTransactions(Document query) {
    if (query.containsKey("txnNumber")) {
      throw new MongoServerError(
          20,
          "IllegalOperation",
          "Transaction numbers are only allowed on a replica set member or mongos");
    }
  }

  private static void refuseWhatIsNotObeyed(Object query, boolean isProjection) {
    if (query instanceof List<?> list) {
      list.forEach(each -> refuseWhatIsNotObeyed(each, false));
    }
    if (query instanceof Document document) {
      for (var entry : document.entrySet()) {
        String name = entry.getKey();
        Object value = entry.getValue();
        if (isNotObeyed(document, name, value)
            || isProjection && isUnknownProjection(name, value)) {
          throw new MongoServerError(238, "NotImplemented", name + ": not in this test server");
        }
        if (!name.equals("documents")) { // what is inserted may hold anything
          refuseWhatIsNotObeyed(value, name.equals("projection") || name.equals("fields"));
        }
      }
    }
  }

  private static boolean isNotObeyed(Document around, String name, Object value) {
    return NOT_OBEYED.contains(name)
        || name.equals("partialFilterExpression") && around.containsKey("unique")
        || value == null && (name.equals("$gte") || name.equals("$lte"));
  }

  private static boolean isUnknownProjection(String name, Object value) {
    return name.endsWith(".$")
        || value instanceof Document document
            && !document.containsKey("$elemMatch")
            && !document.containsKey("$slice");
  }

  /** The number of inserted documents, which version 1.47.0 gets wrong where some were refused. */
  private static void countInserted(Document query, Document answer) {
    if (answer.get("writeErrors") instanceof List<?> errors) {
      boolean goesOn = Boolean.FALSE.equals(query.get("ordered"));
      int given = ((List<?>) query.get("documents")).size();
      answer.put("n", goesOn ? given - errors.size() : ((Document) errors.get(0)).get("index"));
    }
  }

  /** What today's clients look for in the answer to their greeting. */
  private static Document asHello(Document answer) {
    if (answer.containsKey("maxWireVersion")) {
      answer.append("logicalSessionTimeoutMinutes", 30).append("isWritablePrimary", true);
    }
    return answer;
  }
}
