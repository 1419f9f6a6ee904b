namespace Coffer.Cli.Doctor.Checks;

/// <summary>Which tools know key providers at all: that takes ocicrypt 1.1, which Debian 12 does not have, whatever a tool's own version says.</summary>
internal sealed class ToolVersionsCheck : ICheck
{
    // The versions of Debian 12, built against ocicrypt 1.0.3.
    private static readonly (string Package, Version Without)[] Tools = [("skopeo", new(1, 9)), ("buildah", new(1, 28)), ("podman", new(4, 3))];

    public string Name => "tools";

    public Task<IReadOnlyList<Finding>> RunAsync(Installation installation, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Finding>>([.. Tools.Select(t => Look(installation, t.Package, t.Without))]);

    private static Finding Look(Installation installation, string package, Version without)
    {
        if (InstalledPackages.Find(installation, package) is not { } found)
        {
            return Finding.Ok(installation.Program(package) is null ? $"{package} is not installed" : $"{package} is no package of dpkg's: whether it knows key providers is not known");
        }
        return new Version(found.Version.Major, found.Version.Minor) <= without
            ? Finding.Warn($"{package} {found.Version} knows no key providers, only private keys", $"Debian 13 has a newer {package}; coffer copies, encrypts and decrypts meanwhile")
            : Finding.Ok($"{package} {found.Version} knows key providers");
    }
}
