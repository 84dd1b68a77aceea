import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

/**
 * A broker in a process of its own, out of what the tests of a generated project run with.
 *
 * <p>Arguments are topics, of one partition each. Says "listening ADDRESS"; sends each line
 * "TOPIC, KEY, VALUE" that it is told, and says "record, TOPIC, KEY, VALUE" of each that somebody
 * committed, all with tabs between. It ends with its input.
 */
class Broker {
    public static void main(String[] topics) throws Exception {
        ((Logger) LoggerFactory.getLogger("ROOT")).setLevel(Level.OFF);
        var broker = new EmbeddedKafkaKraftBroker(1, 1, topics);
        broker.brokerProperty("transaction.state.log.replication.factor", "1");
        broker.brokerProperty("transaction.state.log.min.isr", "1");
        broker.afterPropertiesSet();
        var address = broker.getBrokersAsString();
        var listening = new Thread(() -> tell(address, List.of(topics)));
        listening.setDaemon(true);
        listening.start();
        System.out.println("listening " + address);
        send(address);
        Runtime.getRuntime().halt(0);
    }

    /** Every record has the time of the start: no window ends during a test. */
    private static void send(String address) throws Exception {
        var now = System.currentTimeMillis();
        var settings = Map.<String, Object>of("bootstrap.servers", address);
        var input = new BufferedReader(new InputStreamReader(System.in));
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            for (var line = input.readLine(); line != null; line = input.readLine()) {
                var words = line.split("\t", 3);
                producer.send(new ProducerRecord<>(words[0], null, now, words[1], words[2]));
                if (!input.ready()) {
                    producer.flush();
                }
            }
        }
    }

    private static void tell(String address, List<String> topics) {
        var settings = Map.<String, Object>of(
                "bootstrap.servers", address,
                "group.id", "test",
                "auto.offset.reset", "earliest",
                "isolation.level", "read_committed");
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(topics);
            while (true) {
                for (var record : consumer.poll(Duration.ofMillis(100))) {
                    System.out.println(String.join("\t", "record", record.topic(), record.key(), record.value()));
                }
            }
        }
    }
}
