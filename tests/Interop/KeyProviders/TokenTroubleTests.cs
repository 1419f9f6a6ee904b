using System.Diagnostics;
using Coffer.Interop.Peering;
using Coffer.Support;

namespace Coffer.Interop.KeyProviders;

/// <summary>What skopeo's user reads when the key's own place is in trouble: a token that hangs, one that was pulled out.</summary>
public sealed class TokenTroubleTests(Bench bench) : IDisposable
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(2);

    private readonly TempDirectory _work = new();

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData(Transport.Socket)]
    [InlineData(Transport.Command)]
    public async Task Token_that_hangs_ends_in_a_reason_within_the_time_allowed(Transport transport)
    {
        await using var held = await EncryptedAsync(transport);
        held.Hang();
        var began = Stopwatch.StartNew();

        var refused = await DecryptAsync(held, transport);

        // skopeo's own work and a busy machine take some of it; without a limit the token would hang for as long as the test lets it.
        Assert.InRange(began.Elapsed, CallTimeout, TimeSpan.FromSeconds(60));
        ShouldSay(refused, "provider 'coffer'", HeldToken.KeyName, "key source 'hsm'", "2 s");

        held.LetGo();
        (await DecryptAsync(held, transport)).ShouldSucceed();
    }

    [Fact]
    public async Task Token_that_is_pulled_out_is_named_and_serves_again_when_it_is_back()
    {
        await using var held = await EncryptedAsync(Transport.Socket);
        (await DecryptAsync(held, Transport.Socket)).ShouldSucceed(); // a session is open
        held.TakeAway();

        var refused = await DecryptAsync(held, Transport.Socket);

        ShouldSay(refused, "provider 'coffer'", HeldToken.KeyName, "the token of key 'team-t/1' cannot be used");

        held.PutBack();
        (await DecryptAsync(held, Transport.Socket)).ShouldSucceed();
    }

    private async Task<HeldToken> EncryptedAsync(Transport transport)
    {
        var held = await HeldToken.StartAsync($"{CallTimeout.TotalSeconds}s");
        (await Peer.Get(Peer.Skopeo118, _work).EncryptAsync(
            bench.Originals.Location(LayerCompression.Gzip), LayerCompression.Gzip, $"oci:{_work.Combine("encrypted")}:1", await held.RecipientAsync(transport))).ShouldSucceed();
        return held;
    }

    private async Task<ToolResult> DecryptAsync(HeldToken held, Transport transport) =>
        await Peer.Get(Peer.Skopeo118, _work).DecryptAsync($"oci:{_work.Combine("encrypted")}:1", $"oci:{_work.Combine(Guid.NewGuid().ToString("n"))}:1", await held.RecipientAsync(transport));

    private static void ShouldSay(ToolResult refused, params string[] all)
    {
        Assert.NotEqual(0, refused.ExitCode);
        Assert.All(all, said => Assert.Contains(said, refused.Error, StringComparison.Ordinal));
    }
}
