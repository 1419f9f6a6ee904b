using System.Text;
using Coffer.ImageCrypt.KeyWrap.Provider;

namespace Coffer.KeyProvider.Tests.Core;

public sealed class RequestTests : IAsyncDisposable
{
    private readonly HeldSource _source = new();

    [Theory]
    [InlineData("", "the request is not JSON")]
    [InlineData("{", "the request is not JSON")]
    [InlineData("[]", "the request has no op")]
    [InlineData("{\"op\":\"keydelete\"}", "the request has the unknown op 'keydelete'")]
    [InlineData("{\"op\":\"keywrap\"}", "the request has no keywrapparams")]
    [InlineData("{\"op\":\"keywrap\",\"keywrapparams\":7}", "the keywrapparams is not an object|the request")]
    [InlineData("{\"op\":\"keyunwrap\",\"keyunwrapparams\":{\"dc\":null}}", "the request has no keyunwrapparams.annotation")]
    [InlineData("{\"op\":\"keyunwrap\",\"keyunwrapparams\":{\"annotation\":\"!\"}}", "the annotation is not base64")]
    [InlineData("{\"op\":\"keywrap\",\"keywrapparams\":{\"ec\":{\"Parameters\":{\"coffer\":\"x\"}},\"optsdata\":\"e30=\"}}", "a parameter in keywrapparams is not an array")]
    [InlineData("{\"op\":\"keywrap\",\"keywrapparams\":{\"ec\":{\"Parameters\":{\"coffer\":[7]}},\"optsdata\":\"e30=\"}}", "a parameter in keywrapparams is neither")]
    [InlineData("{\"op\":\"keywrap\",\"keywrapparams\":{\"ec\":{\"Parameters\":{\"coffer\":[],\"coffer\":[]}},\"optsdata\":\"e30=\"}}", "a parameter in keywrapparams stands twice")]
    [InlineData("{\"op\":\"keywrap\",\"keywrapparams\":{\"ec\":{\"Parameters\":{\"coffer\":[\"\"]}},\"optsdata\":\"\"}}", "private options are empty")]
    public async Task A_malformed_request_is_the_callers_fault(string json, string expected)
    {
        await using var core = new KeyProviderCore(new(), [_source]);

        var failure = await Ask.FailureAsync(() => core.AnswerAsync(Encoding.UTF8.GetBytes(json), new CallTrace(), TestContext.Current.CancellationToken));

        Assert.Equal(FailureReason.BadRequest, failure.Reason);
        Assert.True(expected.Split('|').Any(e => failure.Message.Contains(e, StringComparison.Ordinal)), failure.Message);
    }

    [Fact]
    public async Task What_ocicrypt_rs_sends_is_answered()
    {
        await using var core = new KeyProviderCore(new(), [_source]);
        var options = """{"symkey":"ä\n\"quoted\""}""";
        var wrap = $$$"""{"op":"keywrap","keywrapparams":{"ec":{"Parameters":{"attestation-agent":[[107,101,121,105,100,61,97]]},"DecryptConfig":null},"optsdata":{{{System.Text.Json.JsonSerializer.Serialize(options)}}}}}""";

        var packet = KeyProviderAnswer.Read(KeyProviderOperation.KeyWrap, await core.AnswerAsync(Encoding.UTF8.GetBytes(wrap), new CallTrace(), default)).Payload;
        var unwrap = $$$"""{"op":"keyunwrap","keyunwrapparams":{"dc":null,"annotation":[{{{string.Join(',', packet)}}}]}}""";

        Assert.Equal("a", _source.Selected!.KeyId);
        Assert.Equal(options, Encoding.UTF8.GetString(KeyProviderAnswer.Read(KeyProviderOperation.KeyUnwrap, await core.AnswerAsync(Encoding.UTF8.GetBytes(unwrap), new CallTrace(), default)).Payload));
    }

    [Fact]
    public async Task The_callers_other_secrets_are_not_even_decoded()
    {
        await using var core = new KeyProviderCore(new(), [_source]);
        var request = Encoding.UTF8.GetString(Ask.UnwrapRequest(HeldSource.PacketOf("k:///1", Ask.Options)))
            .Replace("\"Parameters\":{", "\"Parameters\":{\"privkeys\":[\"this is no base64\"],\"privkeys-passwords\":{\"not\":\"an array\"},", StringComparison.Ordinal);

        Assert.Contains("privkeys", request, StringComparison.Ordinal);
        Assert.NotEmpty(await core.AnswerAsync(Encoding.UTF8.GetBytes(request), new CallTrace(), default));
    }

    [Fact]
    public async Task Parameters_count_under_our_names_alone()
    {
        await using var core = new KeyProviderCore(new(), [_source]);

        var foreign = await Ask.FailureAsync(() => core.WrapAsync("keyid=a", provider: "kms-a"));

        Assert.Contains("served here (coffer, attestation-agent, isecl)", foreign.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_of_our_names_in_one_wrap_are_an_error_that_says_which_and_in_an_unwrap_do_not_matter()
    {
        await using var core = new KeyProviderCore(new(), [_source]);
        var parameters = new Dictionary<string, IReadOnlyList<byte[]>> { ["isecl"] = ["any"u8.ToArray()], ["coffer"] = [""u8.ToArray()] };
        var trace = new CallTrace();

        var wrap = await Ask.FailureAsync(() => core.AnswerAsync(new KeyProviderRequest(KeyProviderOperation.KeyWrap, parameters, Ask.Options).Write(), trace, default));
        var unwrap = new KeyProviderRequest(KeyProviderOperation.KeyUnwrap, parameters, HeldSource.PacketOf("k:///1", Ask.Options)).Write();

        Assert.Contains("(coffer, isecl)", wrap.Message, StringComparison.Ordinal);
        Assert.Null(trace.Provider);
        Assert.NotEmpty(await core.AnswerAsync(unwrap, trace, default));
    }

    [Fact]
    public async Task On_unwrap_no_parameters_at_all_are_needed()
    {
        await using var core = new KeyProviderCore(new(), [_source]);
        var packet = Convert.ToBase64String(HeldSource.PacketOf("k:///1", Ask.Options));

        Assert.NotEmpty(await core.AnswerAsync(Encoding.UTF8.GetBytes($$$"""{"OP":"keyunwrap","KeyUnwrapParams":{"Annotation":"{{{packet}}}"}}"""), new CallTrace(), default));
        Assert.NotEmpty(await core.AnswerAsync(Encoding.UTF8.GetBytes($$$"""{"op":"keyunwrap","keywrapparams":null,"keyunwrapparams":{"dc":{"parameters":null},"annotation":"{{{packet}}}"}}"""), new CallTrace(), default));
        Assert.NotEmpty(await core.AnswerAsync(Encoding.UTF8.GetBytes($$$"""{"op":"keyunwrap","keyunwrapparams":{"dc":{"Parameters":{"coffer":null,"isecl":[null,"eA=="]}},"annotation":"{{{packet}}}"}}"""), new CallTrace(), default));
    }

    [Fact]
    public async Task What_a_source_throws_unforeseen_is_an_internal_fault_without_its_text()
    {
        _source.Gate = _ => throw new InvalidOperationException("the key is 00112233");
        await using var core = new KeyProviderCore(new(), [_source]);

        var failure = await Ask.FailureAsync(() => core.WrapAsync("keyid=a"));

        Assert.Equal(FailureReason.Internal, failure.Reason);
        Assert.Equal("provider 'coffer', key a: key source 'held' failed (InvalidOperationException)", failure.Message);
        Assert.DoesNotContain("00112233", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Private_options_are_zeroed_after_the_call_whether_it_went_well_or_not()
    {
        await using var core = new KeyProviderCore(new(), [_source]);
        var packet = await core.WrapAsync();
        Assert.Equal(new byte[Ask.Options.Length], _source.Given.ToArray());

        await core.UnwrapAsync(packet);
        Assert.Equal(new byte[Ask.Options.Length], _source.HandedOut!);

        _source.Gate = _ => throw new KeyProviderException(FailureReason.Unavailable, "down");
        await Ask.FailureAsync(() => core.WrapAsync());
        Assert.Equal(new byte[Ask.Options.Length], _source.Given.ToArray());
    }

    [Fact]
    public async Task What_a_source_says_in_the_houses_manner_keeps_its_meaning()
    {
        _source.Gate = _ => throw new Oci.CofferException("the token is not there", Oci.ExitStatus.Unreachable, "plug it in");
        await using var core = new KeyProviderCore(new(), [_source]);

        var failure = await Ask.FailureAsync(() => core.WrapAsync());

        Assert.Equal((FailureReason.Unavailable, "provider 'coffer': key source 'held': the token is not there", "plug it in"), (failure.Reason, failure.Message, failure.Hint));
    }

    [Fact]
    public async Task An_answer_is_in_the_form_that_every_client_reads()
    {
        await using var core = new KeyProviderCore(new(), [_source]);
        var answer = Encoding.UTF8.GetString(await core.AnswerAsync(Ask.WrapRequest(), new CallTrace(), default));

        Assert.Matches("^\\{\"keywrapresults\":\\{\"annotation\":\\[123,34,(\\d+,)+125\\]\\}\\}$", answer);
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
