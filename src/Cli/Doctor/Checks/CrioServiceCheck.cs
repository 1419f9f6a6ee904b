using Coffer.ImageCrypt.KeyWrap.Provider;
using Coffer.Oci;

namespace Coffer.Cli.Doctor.Checks;

/// <summary>CRI-O takes the variable from its service, not from anybody's shell.</summary>
internal sealed class CrioServiceCheck : ICheck
{
    private const string Unit = "crio.service";

    public string Name => "crio";

    public static bool IsInstalled(Installation installation) => ServiceEnvironment.HasUnit(installation, Unit) || installation.Program("crio") is not null;

    public async Task<IReadOnlyList<Finding>> RunAsync(Installation installation, CancellationToken cancellationToken)
    {
        if (!IsInstalled(installation)) return [Finding.Ok("CRI-O is not installed")];
        try
        {
            if (ServiceEnvironment.ProviderConfig(installation, Unit) is { } path) return await ProviderFile.LookAsync(installation, path, Unit, cancellationToken).ConfigureAwait(false);
            return [Finding.Warn($"{Unit}: {ConfiguredProvider.Variable} is not set in its environment: CRI-O knows no key provider", "ocicrypt-config/systemd/crio.service.d/coffer.conf sets it; then systemctl daemon-reload and restart crio")];
        }
        catch (CofferException e)
        {
            return [Finding.Fail(e.Message, "run coffer doctor as root")];
        }
    }
}
