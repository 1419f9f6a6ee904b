using Coffer.Attestation.Tpm.Transport;
using Coffer.Support;

namespace Coffer.Attestation.Tpm;

/// <summary>A node with a software TPM and a state folder.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly TpmVendor? _vendor;

    private TestNode(SoftwareTpm tpm, TpmVendor? vendor) => (Tpm, _vendor) = (tpm, vendor);

    public SoftwareTpm Tpm { get; }

    public TpmVendor Vendor => _vendor ?? throw new InvalidOperationException("made without a vendor");

    public TpmSettings Settings => new() { Address = TpmAddress.Parse(Tpm.Address), StateDirectory = Tpm.Folder.Combine("node"), Patience = TimeSpan.FromSeconds(20) };

    public TempDirectory Folder => Tpm.Folder;

    public static CancellationToken Cancel => Xunit.TestContext.Current.CancellationToken;

    public static async Task<TestNode> StartAsync(bool unix = false, bool certified = false, string banks = "sha256,sha384")
    {
        Peers.Require("swtpm");
        Peers.Require("tpm2_getcap");
        var vendor = certified ? new TpmVendor() : null;
        return new TestNode(await SoftwareTpm.StartAsync(new SoftwareTpmOptions { Unix = unix, Vendor = vendor, Banks = banks }, Cancel), vendor);
    }

    public TpmAttester Attester(Func<TpmSettings, TpmSettings>? change = null) => new(change is null ? Settings : change(Settings), TimeProvider.System);

    /// <summary>What is left in the TPM: transient objects and loaded sessions, as tpm2_getcap lists them.</summary>
    public async Task<string> LeftoversAsync() =>
        (await Tpm.RunToolAsync("tpm2_getcap", "handles-transient")).ShouldSucceed().Output + (await Tpm.RunToolAsync("tpm2_getcap", "handles-loaded-session")).ShouldSucceed().Output;

    public async ValueTask DisposeAsync()
    {
        await Tpm.DisposeAsync();
        _vendor?.Dispose();
    }
}
