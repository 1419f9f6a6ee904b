using Coffer.KeyProvider.Packets;

namespace Coffer.KeyProvider.Tests.Core;

public sealed class SampleKeyTests
{
    private static readonly KeyProviderOptions Allowing = new() { AllowSampleKey = true };

    [Fact]
    public async Task Where_it_is_allowed_the_sample_key_wraps_and_unwraps()
    {
        await using var core = new KeyProviderCore(Allowing, []);
        var trace = new CallTrace();

        var packet = await core.WrapAsync("sample=true");

        Assert.Equal("kbs:///default/test-key/1", PacketReader.Read(packet).KeyId);
        Assert.Equal(Ask.Options, await core.UnwrapAsync(packet, trace));
        Assert.Equal("sample", trace.Source);
    }

    [Fact]
    public async Task Elsewhere_neither_happens_and_the_flag_is_named()
    {
        await using var allowing = new KeyProviderCore(Allowing, []);
        await using var core = new KeyProviderCore(new(), [new HeldSource { KnowsWhich = _ => false }]);
        var packet = await allowing.WrapAsync("sample=true");

        var wrap = await Ask.FailureAsync(() => core.WrapAsync("sample=true"));
        var unwrap = await Ask.FailureAsync(() => core.UnwrapAsync(packet));

        Assert.Equal((FailureReason.Denied, FailureReason.UnknownKey), (wrap.Reason, unwrap.Reason));
        Assert.Contains("--insecure-allow-sample-key", wrap.Hint, StringComparison.Ordinal);
        Assert.Contains("--insecure-allow-sample-key", unwrap.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_with_a_key_of_that_name_goes_first()
    {
        var real = new HeldSource();
        await using var core = new KeyProviderCore(Allowing, [real]);

        Assert.Equal(Ask.Options, await core.UnwrapAsync(HeldSource.PacketOf("kbs:///default/test-key/1", Ask.Options)));
        Assert.Equal(1, real.Unwraps);
    }

    [Fact]
    public async Task Nobody_gets_the_sample_key_without_asking_for_it()
    {
        await using var core = new KeyProviderCore(Allowing, []);

        Assert.Equal(FailureReason.UnknownKey, (await Ask.FailureAsync(() => core.WrapAsync())).Reason);
    }
}
