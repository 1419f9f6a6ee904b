using Coffer.Oci;
using Coffer.Registry.Archive;
using Coffer.Registry.Dir;
using Coffer.Registry.Layout;

namespace Coffer.Registry;

/// <summary>Every transport there is, and what is said of those that are not ours.</summary>
internal static class Transports
{
    public static IReadOnlyList<ITransport> All { get; } =
    [
        new DockerTransport(),
        new LayoutTransport(),
        new OciArchiveTransport(),
        new DockerArchiveTransport(),
        new DirTransport(),
    ];

    // Others that skopeo, buildah and podman know: their images become ours with one command.
    private static readonly string[] Foreign = ["containers-storage:", "docker-daemon:", "sif:", "ostree:", "tarball:", "atomic:"];

    public static CofferException Unknown(string text)
    {
        foreach (var prefix in Foreign)
        {
            if (text.StartsWith(prefix, StringComparison.Ordinal))
            {
                return new CofferException(
                    $"'{Printable.Of(text)}' is of a transport that is not read here",
                    ExitStatus.Usage,
                    $"copy it to a layout first: skopeo copy {Printable.Of(text)} oci:DIR:TAG");
            }
        }
        var known = string.Join(", ", All.Select(t => t.Prefix));
        return text.StartsWith('/') || text.StartsWith('.')
            ? new CofferException($"'{Printable.Of(text)}' names no transport", ExitStatus.Usage, $"write oci:{Printable.Of(text)} for an OCI layout; the transports are {known}")
            : new CofferException($"'{Printable.Of(text)}' names no transport that is known", ExitStatus.Usage, $"write docker://{Printable.Of(text)} for an image in a registry; the transports are {known}");
    }
}
