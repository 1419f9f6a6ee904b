using System.Text;
using Coffer.ImageCrypt.KeyWrap.Provider;

namespace Coffer.ImageCrypt.Tests.KeyWrap.Provider;

public sealed class ProviderMessageTests
{
    [Fact]
    public void A_wrap_request_is_written_as_Go_writes_it()
    {
        var request = KeyProviderRequest.For(KeyProviderOperation.KeyWrap, "kms-a", ["p1:x"], "{}"u8.ToArray());

        Assert.Equal(
            """{"op":"keywrap","keywrapparams":{"ec":{"Parameters":{"kms-a":["cDE6eA=="]},"DecryptConfig":{"Parameters":{}}},"optsdata":"e30="},"keyunwrapparams":{"dc":null,"annotation":null}}""",
            Encoding.UTF8.GetString(request.Write()));
    }

    [Fact]
    public void An_unwrap_request_is_written_as_Go_writes_it()
    {
        var request = KeyProviderRequest.For(KeyProviderOperation.KeyUnwrap, "kms-a", ["Enabled"], [1, 2, 3, 0xff, 0xfe]);

        Assert.Equal(
            """{"op":"keyunwrap","keywrapparams":{"ec":null,"optsdata":null},"keyunwrapparams":{"dc":{"Parameters":{"kms-a":["RW5hYmxlZA=="]}},"annotation":"AQID//4="}}""",
            Encoding.UTF8.GetString(request.Write()));
    }

    [Theory]
    [InlineData(KeyProviderOperation.KeyWrap)]
    [InlineData(KeyProviderOperation.KeyUnwrap)]
    public void A_request_reads_back(KeyProviderOperation operation)
    {
        var read = KeyProviderRequest.Read(KeyProviderRequest.For(operation, "kms", ["a=b::c=d", ""], [9, 8, 7]).Write());

        Assert.Equal(operation, read.Operation);
        Assert.Equal([9, 8, 7], read.Payload);
        Assert.Equal(["a=b::c=d", ""], read.Parameters["kms"].Select(Encoding.UTF8.GetString));
    }

    [Fact]
    public void The_private_options_as_plain_text_are_read_as_ocicrypt_rs_sends_them()
    {
        var read = KeyProviderRequest.Read(Utf8("""{"op":"keywrap","keywrapparams":{"ec":{"Parameters":{"a":["QQ=="]},"DecryptConfig":null},"optsdata":"{\"symkey\":\"x\"}"},"keyunwrapparams":null}"""));

        Assert.Equal("""{"symkey":"x"}""", Encoding.UTF8.GetString(read.Payload));
    }

    [Fact]
    public void Null_values_absent_maps_and_names_in_another_case_are_read()
    {
        var read = KeyProviderRequest.Read(Utf8("""{"OP":"keyunwrap","keyUnwrapParams":{"DC":{"parameters":{"k":[null],"n":null}},"Annotation":[1,2]}}"""));

        Assert.Equal([1, 2], read.Payload);
        Assert.Empty(Assert.Single(read.Parameters["k"]));
        Assert.False(read.Parameters.ContainsKey("n"));
    }

    [Fact]
    public void Parameters_under_other_names_are_skipped_without_being_decoded()
    {
        var json = Utf8("""{"op":"keyunwrap","keyunwrapparams":{"dc":{"Parameters":{"privkeys":["%%%"],"odd":7,"kms":["QQ=="]}},"annotation":"AQI="}}""");

        var read = KeyProviderRequest.Read(json, ["kms", "absent"]);

        Assert.Equal("A", Encoding.UTF8.GetString(Assert.Single(Assert.Single(read.Parameters).Value)));
        Assert.Throws<FormatException>(() => KeyProviderRequest.Read(json));
    }

    [Theory]
    [InlineData("\"eA==\"", "x")]
    [InlineData("[120]", "x")]
    [InlineData("[]", "")]
    [InlineData("\"\"", "")]
    [InlineData("null", "")]
    [InlineData("\"e\\u0041==\"", "x")]
    public void A_value_is_base64_or_numbers_or_null(string value, string expected)
    {
        var read = KeyProviderRequest.Read(Utf8($$$$"""{"op":"keywrap","keywrapparams":{"ec":{"Parameters":{"kms":[{{{{value}}}}]}},"optsdata":[123,125]}}"""), ["kms"]);

        Assert.Equal((expected, "{}"), (Encoding.UTF8.GetString(read.Parameters["kms"][0]), Encoding.UTF8.GetString(read.Payload)));
    }

    [Fact]
    public void Plain_private_options_keep_their_escapes_meaning()
    {
        var read = KeyProviderRequest.Read(Utf8("""{"op":"keywrap","keywrapparams":{"optsdata":"{\"a\":\"\u00e4\\n\"}"}}"""));

        Assert.Equal("{\"a\":\"ä\\n\"}", Encoding.UTF8.GetString(read.Payload));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100_000)]
    public void A_request_of_any_size_is_written_whole_and_reads_back(int size)
    {
        var values = Enumerable.Range(0, 200).Select(i => new string('v', i)).ToList();

        var read = KeyProviderRequest.Read(KeyProviderRequest.For(KeyProviderOperation.KeyWrap, "kms", values, new byte[size]).Write());

        Assert.Equal(size, read.Payload.Length);
        Assert.Equal(values, read.Parameters["kms"].Select(Encoding.UTF8.GetString));
    }

    [Fact]
    public void What_a_growing_buffer_leaves_behind_is_zeroed()
    {
        var buffer = new ZeroingBuffer(8);
        var first = buffer.GetMemory(8);
        first.Span.Fill(7);
        buffer.Advance(8);
        var second = buffer.GetMemory(100);

        Assert.Equal(new byte[8], first.ToArray());
        Assert.Equal(Enumerable.Repeat((byte)7, 8), buffer.Written.ToArray());

        second.Span.Fill(9);
        buffer.Dispose();
        Assert.True(second.Span.IndexOfAnyExcept((byte)0) < 0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"op":"delete"}""")]
    [InlineData("""{"op":7}""")]
    [InlineData("""{"op":"keywrap"}""")]
    [InlineData("""{"op":"keywrap","keywrapparams":{"optsdata":null}}""")]
    [InlineData("""{"op":"keywrap","keywrapparams":{"optsdata":"%%%"}}""")]
    [InlineData("""{"op":"keywrap","keywrapparams":{"ec":{"Parameters":[]},"optsdata":"QQ=="}}""")]
    public void A_request_that_asks_nothing_sensible_is_refused(string json) =>
        Assert.Throws<FormatException>(() => KeyProviderRequest.Read(Utf8(json)));

    [Theory]
    [InlineData("""{"keyunwrapresults":{"optsdata":"AQID"}}""")]
    [InlineData("""{"keywrapresults":{"annotation":null},"keyunwrapresults":{"optsdata":"AQID"}}""")]
    [InlineData("""{"keyunwrapresults":{"optsdata":[1,2,3]}}""")]
    [InlineData("""{"KeyUnwrapResults":{"OptsData":[1,2,3],"extra":{}},"more":1}""")]
    [InlineData(" {\"keywrapresults\":null,\"keyunwrapresults\":{\"optsdata\":\"AQ\\nID\"}}\n")]
    public void Every_known_spelling_of_an_answer_is_read(string json) =>
        Assert.Equal([1, 2, 3], KeyProviderAnswer.Read(KeyProviderOperation.KeyUnwrap, Utf8(json)).Payload);

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"keywrapresults":null}""")]
    [InlineData("""{"keywrapresults":{}}""")]
    [InlineData("""{"keywrapresults":{"annotation":null}}""")]
    [InlineData("""{"keywrapresults":{"annotation":""}}""")]
    [InlineData("""{"keywrapresults":{"annotation":[]}}""")]
    [InlineData("""{"keyunwrapresults":{"optsdata":"AQID"}}""")]
    public void An_answer_without_a_packet_is_empty(string json) =>
        Assert.Empty(KeyProviderAnswer.Read(KeyProviderOperation.KeyWrap, Utf8(json)).Payload);

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("starting up\n{}")]
    [InlineData("{} done")]
    [InlineData("""{"keywrapresults":{"annotation":"_-8="}}""")]
    [InlineData("""{"keywrapresults":{"annotation":"AQ"}}""")]
    [InlineData("""{"keywrapresults":{"annotation":[256]}}""")]
    [InlineData("""{"keywrapresults":{"annotation":[-1]}}""")]
    [InlineData("""{"keywrapresults":{"annotation":["1"]}}""")]
    [InlineData("""{"keywrapresults":{"annotation":{"a":1}}}""")]
    public void Garbage_is_refused(string json) =>
        Assert.Throws<FormatException>(() => KeyProviderAnswer.Read(KeyProviderOperation.KeyWrap, Utf8(json)));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(256)]
    public void An_answer_writes_every_byte_as_the_number_it_is(int count)
    {
        var all = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();
        for (var first = 0; first <= 256 - count; first++)
        {
            var some = all[first..(first + count)];
            Assert.Equal(
                $$$"""{"keyunwrapresults":{"optsdata":[{{{string.Join(',', some)}}}]}}""", Encoding.UTF8.GetString(new KeyProviderAnswer(KeyProviderOperation.KeyUnwrap, some).Write()));
        }
    }

    [Fact]
    public void An_answer_leaves_the_other_operation_out_and_writes_numbers() =>
        Assert.Equal("""{"keyunwrapresults":{"optsdata":[123,0,255]}}""", Encoding.UTF8.GetString(new KeyProviderAnswer(KeyProviderOperation.KeyUnwrap, [123, 0, 255]).Write()));

    [Fact]
    public void Deep_nesting_is_refused()
    {
        var json = """{"keywrapresults":""" + new string('[', 10_000) + new string(']', 10_000) + "}";

        Assert.Throws<FormatException>(() => KeyProviderAnswer.Read(KeyProviderOperation.KeyWrap, Utf8(json)));
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
