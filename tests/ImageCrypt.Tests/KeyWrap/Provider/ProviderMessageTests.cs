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
