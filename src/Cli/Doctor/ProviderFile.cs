using Coffer.ImageCrypt.KeyWrap.Provider;
using Coffer.KeyProvider.Daemon;
using Coffer.Oci;

namespace Coffer.Cli.Doctor;

/// <summary>Looks at a file that <c>OCICRYPT_KEYPROVIDER_CONFIG</c> names, and at every provider in it.</summary>
internal static class ProviderFile
{
    private const string Sample = "ocicrypt-config/ocicrypt_keyprovider.grpc.json is one that works; coffer keyprovider config prints one";

    /// <param name="installation">The machine.</param>
    /// <param name="path">The file, as the variable has it.</param>
    /// <param name="who">Whose variable it is, for the lines.</param>
    /// <param name="cancellationToken">Ends waiting for answers.</param>
    public static async Task<IReadOnlyList<Finding>> LookAsync(Installation installation, string path, string who, CancellationToken cancellationToken)
    {
        if (!Path.IsPathRooted(path)) return [Finding.Fail($"{who}: {ConfiguredProvider.Variable} is {Printable.Of(path)}, which depends on the working directory", "name the file by its absolute path")];
        if (!installation.HasFile(path)) return [Finding.Fail($"{who}: {Printable.Of(path)} does not exist, so there are no key providers", Sample)];
        IReadOnlyList<ConfiguredProvider> providers;
        try
        {
            providers = ConfiguredProvider.Read(installation.At(path));
        }
        catch (CofferException e)
        {
            return [Finding.Fail($"{who}: {e.Message}", Sample)];
        }
        if (providers.Count == 0) return [Finding.Warn($"{who}: {Printable.Of(path)} names no provider", Sample)];
        var findings = new List<Finding>();
        foreach (var provider in providers) findings.Add(await LookAsync(installation, provider, $"{who}: provider {Printable.Of(provider.Name, 64)}", cancellationToken).ConfigureAwait(false));
        return findings;
    }

    private static async Task<Finding> LookAsync(Installation installation, ConfiguredProvider provider, string who, CancellationToken cancellationToken)
    {
        if (provider.Trouble is { } trouble) return Finding.Fail($"{who}: {trouble}", Sample);
        if (provider.Program is { } program)
        {
            return installation.Program(program) is { } found
                ? Finding.Ok($"{who}: runs {Printable.Of(found)}")
                : Finding.Fail($"{who}: {Printable.Of(program)} is no executable program", "install it, or mend its path");
        }
        if (provider.Socket is { } socket) return await SocketAsync(installation, socket, who, cancellationToken).ConfigureAwait(false);
        return provider.IsTls
            ? Finding.Ok($"{who}: asks {Printable.Of(provider.Address)} with TLS")
            : Finding.Warn($"{who}: asks {Printable.Of(provider.Address)} without TLS: layer keys travel in the clear, and everybody on the way may ask", "use unix:///run/coffer/keyprovider.sock on the same machine, grpc-tls elsewhere");
    }

    private static async Task<Finding> SocketAsync(Installation installation, string socket, string who, CancellationToken cancellationToken)
    {
        if (!Path.Exists(installation.At(socket))) return Finding.Fail($"{who}: the socket {Printable.Of(socket)} does not exist", "systemctl enable --now coffer-keyprovider.socket");
        try
        {
            await DaemonStatus.RequireServingAsync(installation.At(socket), cancellationToken).ConfigureAwait(false);
        }
        catch (CofferException e)
        {
            return Finding.Fail($"{who}: {e.Message}", "systemctl status coffer-keyprovider says how it does; its log names callers that it refused");
        }
        return installation.Mode(socket) is { } mode && (mode & UnixFileMode.OtherWrite) != 0
            ? Finding.Warn($"{who}: serves on {Printable.Of(socket)}, which every user may connect to", "give the socket the mode 0660 and a group")
            : Finding.Ok($"{who}: serves on {Printable.Of(socket)}");
    }
}
