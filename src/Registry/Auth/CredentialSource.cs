using System.Collections.Concurrent;
using Coffer.Registry.Config;

namespace Coffer.Registry.Auth;

/// <summary>Who we are at one registry: what the user gave, else what the auth files and credential helpers say; asked once a repository.</summary>
internal sealed class CredentialSource(string host, RegistryOptions options, RegistriesConf conf, bool isNamedRegistry)
{
    private readonly ConcurrentDictionary<string, Lazy<Task<RegistryCredentials?>>> _found = new(StringComparer.Ordinal);

    public async ValueTask<RegistryCredentials?> ForAsync(string repository, CancellationToken cancellationToken)
    {
        if (options.NoCredentials) return null;
        // Credentials on the command line are for the registry that the command line names, not for its mirrors.
        if (options.Credentials is { } given && isNamedRegistry) return given;
        var search = _found.GetOrAdd(repository, name => new Lazy<Task<RegistryCredentials?>>(() => SearchAsync(name)));
        return await search.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<RegistryCredentials?> SearchAsync(string repository)
    {
        foreach (var helper in conf.CredentialHelpers)
        {
            var found = helper == RegistriesConf.AuthFileHelper
                ? await AuthFiles.FindAsync(host, repository, options).ConfigureAwait(false)
                : await CredentialHelper.GetAsync(helper, host, options.Places, CancellationToken.None).ConfigureAwait(false);
            if (found is not null) return found;
        }
        return null;
    }
}
