using Coffer.Oci;

namespace Coffer.Registry.Auth;

/// <summary>
/// The auth files in the order of containers-auth.json(5): the one that was named, or else containers' own, Docker's
/// configuration and the old <c>.dockercfg</c>. The first that knows the registry decides.
/// </summary>
internal static class AuthFiles
{
    /// <exception cref="CofferException">A file that was named is missing, or a file cannot be read.</exception>
    public static async Task<RegistryCredentials?> FindAsync(string host, string repository, RegistryOptions options)
    {
        if (options.AuthFile is { } named)
        {
            if (!File.Exists(named)) throw new CofferException($"there is no auth file {Printable.Of(named)}", ExitStatus.Usage);
            return await AuthFile.Read(named, docker: false).FindAsync(host, repository, options.Places).ConfigureAwait(false);
        }
        if (options.Places.Of("REGISTRY_AUTH_FILE") is { } set)
        {
            if (!File.Exists(set)) throw new CofferException($"there is no auth file {Printable.Of(set)}, which REGISTRY_AUTH_FILE names", ExitStatus.Usage);
            return await AuthFile.Read(set, docker: false).FindAsync(host, repository, options.Places).ConfigureAwait(false);
        }
        foreach (var (path, docker) in Usual(options))
        {
            if (!File.Exists(path)) continue;
            if (await AuthFile.Read(path, docker).FindAsync(host, repository, options.Places).ConfigureAwait(false) is { } found) return found;
        }
        return null;
    }

    private static IEnumerable<(string Path, bool Docker)> Usual(RegistryOptions options)
    {
        var places = options.Places;
        yield return (Path.Combine(places.RuntimeContainers, "auth.json"), false);
        if (places.ConfigHome is { } config) yield return (Path.Combine(config, "containers", "auth.json"), false);
        if (places.Of("DOCKER_CONFIG") is { } docker) yield return (Path.Combine(docker, "config.json"), true);
        else if (places.Home is { } home) yield return (Path.Combine(home, ".docker", "config.json"), true);
        if (places.Home is { } old) yield return (Path.Combine(old, ".dockercfg"), true);
    }
}
