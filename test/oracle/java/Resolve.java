import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.util.RandomData;

/**
 * Says what Avro's own decoder does. Each line of the input is a writer's and
 * a reader's schema with a tab between them. Random values are written with
 * the first and read with the second; the answer is a line with "ok", or with
 * "fail" and what was thrown.
 */
public final class Resolve {
  private static final int SAMPLES = 30;

  public static void main(String[] arguments) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] texts = line.split("\t");
      System.out.println(answer(new Schema.Parser().parse(texts[0]), new Schema.Parser().parse(texts[1])));
    }
  }

  private static String answer(Schema writer, Schema reader) {
    Random random = new Random(1);
    for (Object value : new RandomData(writer, SAMPLES, random.nextLong())) {
      byte[] data;
      try {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        var encoder = EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<Object>(writer).write(value, encoder);
        encoder.flush();
        data = out.toByteArray();
      } catch (Exception e) {
        return "unwritable " + text(e);
      }
      try {
        new GenericDatumReader<Object>(writer, reader).read(null, DecoderFactory.get().binaryDecoder(data, null));
      } catch (Exception e) {
        return "fail " + text(e);
      }
    }
    return "ok";
  }

  private static String text(Exception e) {
    return String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
  }
}
