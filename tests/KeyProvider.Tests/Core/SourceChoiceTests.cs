namespace Coffer.KeyProvider.Tests.Core;

public sealed class SourceChoiceTests
{
    [Theory]
    [InlineData("keyid=team-a", "coffer", "teams")]
    [InlineData("keyid=team-a/special", "coffer", "special")]
    [InlineData("keyid=coffer-local:///team-a", "coffer", "teams")]
    [InlineData("keyid=other", "coffer", "rest")]
    [InlineData("Enabled", "coffer", "rest")]
    [InlineData("Enabled", "hsm-provider", "special")]
    [InlineData("keyid=other", "hsm-provider", "special")]
    [InlineData("keyid=team-a", "hsm-provider", "teams")]
    public async Task A_wrap_goes_to_the_longest_prefix_then_the_providers_source_then_the_rest(string parameters, string provider, string expected)
    {
        var options = new KeyProviderOptions { Providers = new Dictionary<string, string?> { ["coffer"] = null, ["hsm-provider"] = "special" } };
        await using var core = new KeyProviderCore(options, [new HeldSource("teams", "team-"), new HeldSource("special", "team-a/"), new HeldSource("rest"), new HeldSource("last")]);
        var trace = new CallTrace();

        await core.WrapAsync(parameters, trace, provider);

        Assert.Equal((expected, provider, AnswerOrigin.Source), (trace.Source, trace.Provider, trace.Origin));
    }

    [Fact]
    public async Task Without_a_source_for_the_key_the_error_names_provider_key_and_sources()
    {
        await using var core = new KeyProviderCore(new(), [new HeldSource("teams", "team-"), new HeldSource("hsm", "hsm-")]);

        var failure = await Ask.FailureAsync(() => core.WrapAsync("keyid=mine"));
        var none = await Ask.FailureAsync(() => core.WrapAsync());

        Assert.Equal((FailureReason.UnknownKey, "provider 'coffer': no key source serves key mine", "the key sources here are teams, hsm"), (failure.Reason, failure.Message, failure.Hint));
        Assert.Equal((FailureReason.UnknownKey, "give keyid=ID; the key sources here are teams, hsm"), (none.Reason, none.Hint));
    }

    [Fact]
    public async Task An_unwrap_asks_those_that_know_the_key_in_order_until_one_opens_it()
    {
        var stranger = new HeldSource("stranger") { KnowsWhich = _ => false };
        var lacking = new HeldSource("lacking") { Gate = _ => throw new KeyProviderException(FailureReason.UnknownKey, "gone") };
        var holder = new HeldSource("holder");
        await using var core = new KeyProviderCore(new(), [stranger, lacking, holder]);
        var trace = new CallTrace();

        Assert.Equal(Ask.Options, await core.UnwrapAsync(HeldSource.PacketOf("k:///1", Ask.Options), trace));
        Assert.Equal((0, 1, 1), (stranger.Unwraps, lacking.Unwraps, holder.Unwraps));
        Assert.Equal(("holder", "k:///1"), (trace.Source, trace.KeyId));
    }

    [Fact]
    public async Task Of_several_failures_the_one_that_says_more_is_told()
    {
        var lacking = new HeldSource("lacking") { Gate = _ => throw new KeyProviderException(FailureReason.UnknownKey, "gone") };
        var down = new HeldSource("down") { Gate = _ => throw new KeyProviderException(FailureReason.Unavailable, "the line is dead") };
        await using var core = new KeyProviderCore(new(), [lacking, down, lacking]);

        var failure = await Ask.FailureAsync(() => core.UnwrapAsync(HeldSource.PacketOf("k:///1", Ask.Options)));

        Assert.Equal((FailureReason.Unavailable, "provider 'coffer', key k:///1: key source 'down': the line is dead"), (failure.Reason, failure.Message));
    }

    [Fact]
    public async Task A_denial_is_final()
    {
        var denying = new HeldSource("denying") { Gate = _ => throw new KeyProviderException(FailureReason.Denied, "not for you") };
        var holder = new HeldSource("holder");
        await using var core = new KeyProviderCore(new(), [denying, holder]);

        var failure = await Ask.FailureAsync(() => core.UnwrapAsync(HeldSource.PacketOf("k:///1", Ask.Options)));

        Assert.Equal((FailureReason.Denied, 0), (failure.Reason, holder.Unwraps));
    }

    [Fact]
    public async Task A_packet_that_nobody_knows_is_an_unknown_key_with_the_sources_in_the_hint()
    {
        await using var core = new KeyProviderCore(new(), [new HeldSource("teams") { KnowsWhich = _ => false }]);

        var failure = await Ask.FailureAsync(() => core.UnwrapAsync(HeldSource.PacketOf("k:///1", Ask.Options)));

        Assert.Equal((FailureReason.UnknownKey, "provider 'coffer': no key source knows key k:///1", "the key sources here are teams"), (failure.Reason, failure.Message, failure.Hint));
    }

    [Fact]
    public void A_provider_that_stands_for_a_missing_source_is_refused_at_once() =>
        Assert.Contains("'gone'", Assert.Throws<Oci.CofferException>(() => new KeyProviderCore(new() { Providers = new Dictionary<string, string?> { ["p"] = "gone" } }, [])).Message, StringComparison.Ordinal);
}
