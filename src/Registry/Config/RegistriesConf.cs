using Coffer.Oci;
using Coffer.Registry.Remote;

namespace Coffer.Registry.Config;

/// <summary>
/// registries.conf, version 2 (containers-registries.conf(5)): where a name really lives, its mirrors, what is insecure
/// and what is blocked. <c>unqualified-search-registries</c> and aliases are not used: short names are refused.
/// </summary>
internal sealed class RegistriesConf(IReadOnlyList<RegistryEntry> entries, IReadOnlyList<string>? helpers)
{
    /// <summary>How <c>credential-helpers</c> calls the auth files themselves.</summary>
    public const string AuthFileHelper = "containers-auth.json";

    public static RegistriesConf Empty { get; } = new([], null);

    public IReadOnlyList<string> CredentialHelpers => helpers ?? [AuthFileHelper];

    public static RegistriesConf Load(RegistryOptions options) => RegistriesConfFiles.Load(options);

    /// <summary>The places to read an image from, in the order to try: mirrors, then the registry itself.</summary>
    /// <exception cref="CofferException">The registry is blocked (<see cref="ExitStatus.Denied"/>).</exception>
    public IReadOnlyList<RemoteLocation> ToRead(ImageReference reference)
    {
        if (Find(reference) is not { } entry) return [new RemoteLocation(reference, false, true)];
        var mirrors = entry.Mirrors.Where(m => m.Serves(reference, entry.MirrorByDigestOnly))
            .Select(m => new RemoteLocation(Rewrite(reference, entry, m.Location), m.Insecure, false));
        return [.. mirrors, ToWrite(reference)];
    }

    /// <summary>The one place to write to; mirrors are never written.</summary>
    /// <exception cref="CofferException">The registry is blocked (<see cref="ExitStatus.Denied"/>).</exception>
    public RemoteLocation ToWrite(ImageReference reference)
    {
        if (Find(reference) is not { } entry) return new RemoteLocation(reference, false, true);
        var place = entry.Location.Length == 0 ? reference : Rewrite(reference, entry, entry.Location);
        return new RemoteLocation(place, entry.Insecure, true);
    }

    private RegistryEntry? Find(ImageReference reference)
    {
        var found = entries.Where(e => e.Matches(reference)).MaxBy(e => e.Prefix.Length);
        if (found is { Blocked: true })
        {
            throw new CofferException($"registry {Printable.Of(found.Prefix)} is blocked by {Printable.Of(found.File)}", ExitStatus.Denied);
        }
        return found;
    }

    private static ImageReference Rewrite(ImageReference reference, RegistryEntry entry, string location)
    {
        var name = $"{reference.Host}/{reference.Repository}";
        var matched = entry.IsWildcard ? reference.Host.Length : entry.Prefix.Length;
        try
        {
            return reference.At(location + name[matched..]);
        }
        catch (CofferException e)
        {
            throw new CofferException($"{Printable.Of(entry.File)} turns {name} into something that is no reference: {e.Message}", inner: e);
        }
    }
}
