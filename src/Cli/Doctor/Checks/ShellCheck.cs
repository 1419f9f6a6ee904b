using Coffer.ImageCrypt.KeyWrap.Provider;

namespace Coffer.Cli.Doctor.Checks;

/// <summary>What skopeo, buildah, podman and coffer see that are started from this shell.</summary>
internal sealed class ShellCheck : ICheck
{
    public string Name => "shell";

    public async Task<IReadOnlyList<Finding>> RunAsync(Installation installation, CancellationToken cancellationToken)
    {
        if (installation.Variable(ConfiguredProvider.Variable) is { } path) return await ProviderFile.LookAsync(installation, path, "this shell", cancellationToken).ConfigureAwait(false);
        return [Finding.Warn($"{ConfiguredProvider.Variable} is not set: skopeo, buildah and podman started from here know no key provider", "ocicrypt-config/profile.d/coffer.sh sets it for login shells")];
    }
}
