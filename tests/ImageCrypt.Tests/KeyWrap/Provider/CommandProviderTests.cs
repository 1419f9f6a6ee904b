using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Coffer.ImageCrypt.KeyWrap;
using Coffer.ImageCrypt.KeyWrap.Provider;
using Coffer.ImageCrypt.Keys;
using Coffer.Oci;
using Coffer.Support;

namespace Coffer.ImageCrypt.Tests.KeyWrap.Provider;

/// <summary>Real programs, written as shell scripts, on the other end.</summary>
public sealed class CommandProviderTests : IDisposable
{
    private static readonly byte[] Options = "{\"symkey\":\"c2VjcmV0\"}"u8.ToArray();
    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task A_packet_goes_out_and_comes_back()
    {
        // Keeps the optsdata text as the packet and gives it back: what stands in quotes after the member's name.
        var scheme = Provider("""
            input=$(cat)
            case $input in
              '{"op":"keywrap"'*) data=$(printf %s "$input" | sed 's/.*"optsdata":"\([^"]*\)".*/\1/')
                printf '{"keywrapresults":{"annotation":"%s"},"keyunwrapresults":{"optsdata":null}}' "$data";;
              *) data=$(printf %s "$input" | sed 's/.*"annotation":"\([^"]*\)".*/\1/')
                printf '{"keywrapresults":{"annotation":null},"keyunwrapresults":{"optsdata":"%s"}}' "$data";;
            esac
            """);
        using var wrapper = await WrapperAsync(scheme);

        var packet = await wrapper.WrapAsync(Options, TestContext.Current.CancellationToken);
        var result = await UnwrapAsync(scheme, packet);

        Assert.Equal("org.opencontainers.image.enc.keys.provider.kp", wrapper.Annotation);
        Assert.Equal(Options, result.PrivateOptions);
        Assert.Equal(0, result.Recipient);
    }

    [Fact]
    public async Task The_provider_sees_its_own_parameters_and_nothing_else()
    {
        var captured = _temp.Combine("captured");
        var scheme = Provider($$$$"""
            cat > '{{{{captured}}}}'
            echo '{"keyunwrapresults":{"optsdata":[123,125]}}'
            """);
        using var key = new PgpKeyringIdentity("secret.gpg", "SECRET-KEYRING"u8.ToArray(), "SECRET-PASSWORD"u8.ToArray());
        using var other = new ProviderIdentity("other", "SECRET-OTHER");
        using var named = new ProviderIdentity("kp", "a:b=c");
        var unwrapper = scheme.CreateUnwrapper([key, other, named])!;

        var result = await unwrapper.UnwrapAsync(Annotation, new byte[] { 1, 2, 3 }, TestContext.Current.CancellationToken);

        Assert.Equal("{}"u8.ToArray(), result.PrivateOptions);
        using var request = JsonDocument.Parse(await File.ReadAllTextAsync(captured, TestContext.Current.CancellationToken));
        var parameters = request.RootElement.GetProperty("keyunwrapparams").GetProperty("dc").GetProperty("Parameters");
        var entry = Assert.Single(parameters.EnumerateObject());
        Assert.Equal("kp", entry.Name);
        Assert.Equal("a:b=c"u8.ToArray(), Assert.Single(entry.Value.EnumerateArray()).GetBytesFromBase64());
        Assert.Equal([1, 2, 3], request.RootElement.GetProperty("keyunwrapparams").GetProperty("annotation").GetBytesFromBase64());
    }

    [Theory]
    [InlineData("kp", "Enabled")]
    [InlineData("kp:", "")]
    [InlineData("kp:a:b=c", "a:b=c")]
    public async Task Parameters_travel_verbatim(string argument, string expected)
    {
        var captured = _temp.Combine("captured");
        var scheme = Provider($$$$"""
            cat > '{{{{captured}}}}'
            echo '{"keywrapresults":{"annotation":[1]}}'
            """);
        using var wrapper = Assert.Single(await scheme.CreateWrappersAsync([new RecipientSpec("provider", argument)], TestContext.Current.CancellationToken));

        await wrapper.WrapAsync(Options, TestContext.Current.CancellationToken);

        var request = KeyProviderRequest.Read(await File.ReadAllBytesAsync(captured, TestContext.Current.CancellationToken));
        Assert.Equal(expected, Encoding.UTF8.GetString(Assert.Single(Assert.Single(request.Parameters).Value)));
        Assert.Equal(Options, request.Payload);
    }

    [Theory]
    [InlineData("cat > /dev/null", "answer is empty")]
    [InlineData("cat > /dev/null; echo starting; echo '{\"keywrapresults\":{\"annotation\":[1]}}'", "not one JSON document")]
    [InlineData("cat > /dev/null; echo '{\"keywrapresults\":{\"annotation\":\"_-8=\"}}'", "not base64")]
    [InlineData("cat > /dev/null; echo '{\"keywrapresults\":{\"annotation\":\"\"}}'", "without a packet")]
    [InlineData("cat > /dev/null; echo '{}'", "without a packet")]
    [InlineData("printf 'no\\033[31m key\\nat all' >&2; exit 3", "exit status 3; it said: no?[31m key; at all")]
    [InlineData("kill -9 $$", "exit status 137")]
    [InlineData("cat > /dev/null; yes", "more than 4194304 bytes")]
    public async Task What_a_provider_does_wrong_is_said(string script, string complaint)
    {
        var scheme = Provider(script);
        using var wrapper = await WrapperAsync(scheme);

        var e = await Assert.ThrowsAsync<CofferException>(async () => await wrapper.WrapAsync(Options, TestContext.Current.CancellationToken));

        Assert.Contains(complaint, e.Message, StringComparison.Ordinal);
        Assert.Contains("'kp'", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Theory]
    [InlineData("exec sleep 300")]
    [InlineData("sleep 300 & sleep 300")]
    [InlineData("setsid sleep 20 & echo '{}'")]
    public async Task A_provider_that_hangs_is_ended_at_the_deadline(string script)
    {
        var scheme = Provider("echo warming up >&2; " + script, TimeSpan.FromMilliseconds(700));
        using var wrapper = await WrapperAsync(scheme);
        var watch = Stopwatch.StartNew();

        var e = await Assert.ThrowsAsync<CofferException>(async () => await wrapper.WrapAsync(Options, TestContext.Current.CancellationToken));

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(15), $"took {watch.Elapsed}");
        Assert.Equal(ExitStatus.Unreachable, e.ExitStatus);
        Assert.Contains("did not answer within 0.7 s", e.Message, StringComparison.Ordinal);
        Assert.Contains("warming up", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancellation_ends_a_hanging_provider()
    {
        var scheme = Provider("exec sleep 300");
        using var wrapper = await WrapperAsync(scheme);
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await wrapper.WrapAsync(Options, cancel.Token));
    }

    [Fact]
    public async Task On_unwrap_a_failure_is_a_reason()
    {
        var result = await UnwrapAsync(Provider("echo not for you >&2; exit 1"), [1]);

        Assert.Null(result.PrivateOptions);
        var failure = Assert.Single(result.Failures);
        Assert.Equal("provider:kp", failure.Identity);
        Assert.Contains("not for you", failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_provider_that_the_user_did_not_name_is_not_called()
    {
        var called = _temp.Combine("called");
        var scheme = Provider($"touch '{called}'; echo '{{\"keyunwrapresults\":{{\"optsdata\":[1]}}}}'");
        using var other = new ProviderIdentity("zzz", null);

        var result = await scheme.CreateUnwrapper([other])!.UnwrapAsync(Annotation, new byte[] { 1 }, TestContext.Current.CancellationToken);

        Assert.Contains("-d provider:kp", Assert.Single(result.Failures).Reason, StringComparison.Ordinal);
        Assert.False(File.Exists(called));
    }

    [Fact]
    public async Task Without_configuration_the_reason_names_the_variable()
    {
        var scheme = new ProviderScheme(TimeProvider.System, () => null);
        var result = await UnwrapAsync(scheme, [1]);

        Assert.Contains("OCICRYPT_KEYPROVIDER_CONFIG is not set", Assert.Single(result.Failures).Reason, StringComparison.Ordinal);
        await Assert.ThrowsAsync<CofferException>(() => WrapperAsync(scheme));
    }

    [Theory]
    [InlineData("pubkeys")]
    [InlineData("privkeys-passwords")]
    [InlineData("pkcs11-config")]
    [InlineData("")]
    [InlineData(":x")]
    public async Task Names_that_the_protocol_uses_itself_are_refused(string name)
    {
        var e = await Assert.ThrowsAsync<CofferException>(async () =>
            await Provider("true").CreateWrappersAsync([new RecipientSpec("provider", name)], TestContext.Current.CancellationToken));

        Assert.Equal(ExitStatus.Usage, e.ExitStatus);
    }

    [Fact]
    public async Task A_program_that_is_not_there_fails_before_anything_is_read()
    {
        var conf = _temp.Write("absent.json", """{"key-providers":{"kp":{"cmd":{"path":"/nonexistent/kp"}}}}""");

        var e = await Assert.ThrowsAsync<CofferException>(() => WrapperAsync(new ProviderScheme(TimeProvider.System, () => conf)));

        Assert.Contains("/nonexistent/kp", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"kid":"kbs:///default/key/1","wrapped_data":"AA==","iv":"AA==","wrap_type":"A256GCM"}""", "kbs:///default/key/1")]
    [InlineData("""{"version":"0.1.0","kid":"kbs:///a/b/c","provider":"kbs","wrapped_data":"AA=="}""", "kbs:///a/b/c")]
    [InlineData("""{"key_url":"https://kbs.example/keys/7/transfer","wrapped_key":"AA==","wrap_type":"AES"}""", "https://kbs.example/keys/7/transfer")]
    [InlineData("""{"KeyUrl":"gcpkms://x"}""", "gcpkms://x")]
    [InlineData("{\"kid\":\"a\\u001b[31mb\"}", "a?[31mb")]
    [InlineData("""{"kid":7}""", null)]
    [InlineData("{not json", null)]
    [InlineData("opaque", null)]
    public void The_key_id_in_a_packet_is_told_where_its_form_is_known(string packet, string? keyId)
    {
        var scheme = new ProviderScheme(TimeProvider.System);
        var recipient = Assert.Single(scheme.Describe(Annotation, Encoding.UTF8.GetBytes(packet)));

        Assert.Equal(("provider", "kp", keyId), (recipient.Scheme, recipient.Provider, recipient.KeyId));
        Assert.Null(scheme.RemoveRecipient(Encoding.UTF8.GetBytes(packet), 0));
    }

    [Fact]
    public void Empty_and_huge_packets_are_malformed()
    {
        var scheme = new ProviderScheme(TimeProvider.System);

        Assert.Throws<MalformedPacketException>(() => scheme.Describe(Annotation, Array.Empty<byte>()));
        Assert.Throws<MalformedPacketException>(() => scheme.Describe(Annotation, new byte[2 * 1024 * 1024]));
    }

    private const string Annotation = EncAnnotations.ProviderPrefix + "kp";

    private ProviderScheme Provider(string script, TimeSpan? deadline = null)
    {
        var path = _temp.Write("kp.sh", "#!/bin/sh\n" + script + "\n");

        // Through sh, since another test's fork may hold a freshly written script open for writing.
        var conf = _temp.Write("conf.json", "{\"key-providers\":{\"kp\":{\"cmd\":{\"path\":\"sh\",\"args\":[\"" + path + "\"]}}}}");
        return new ProviderScheme(TimeProvider.System, () => conf, deadline);
    }

    private static async Task<IKeyWrapper> WrapperAsync(ProviderScheme scheme) =>
        Assert.Single(await scheme.CreateWrappersAsync([new RecipientSpec("provider", "kp")], TestContext.Current.CancellationToken));

    private static async Task<UnwrapResult> UnwrapAsync(ProviderScheme scheme, byte[] packet)
    {
        using var identity = new ProviderIdentity("kp", null);
        var unwrapper = scheme.CreateUnwrapper([identity])!;
        using var owned = unwrapper as IDisposable;
        return await unwrapper.UnwrapAsync(Annotation, packet, TestContext.Current.CancellationToken);
    }
}
