package {{ cookiecutter.__kotlin_package }}.payments

import org.apache.kafka.common.errors.SerializationException
import org.apache.kafka.common.header.Headers
import org.apache.kafka.common.serialization.Deserializer
import org.apache.kafka.common.serialization.Serde
import org.apache.kafka.common.serialization.Serdes
import org.springframework.kafka.support.serializer.JacksonJsonSerde
import tools.jackson.databind.json.JsonMapper

/**
 * JSON there and back. The type is [T], whatever headers say, and none are written: who reads
 * and writes these topics need not know our classes.
 */
inline fun <reified T : Any> JsonMapper.serde(): Serde<T> {
    val json = JacksonJsonSerde<T>(T::class.java, this).ignoreTypeHeaders().noTypeInfo()
    return Serdes.serdeFrom(json.serializer(), NeverNull(json.deserializer()))
}

/** To have no value, or a `null`, is as unreadable as to be no JSON. */
class NeverNull<T : Any>(
    private val deserializer: Deserializer<T>,
) : Deserializer<T> by deserializer {
    override fun deserialize(
        topic: String,
        headers: Headers,
        data: ByteArray?,
    ): T = deserializer.deserialize(topic, headers, data) ?: throw SerializationException("There is no value.")
}
