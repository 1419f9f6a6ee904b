using System.Security.Cryptography.X509Certificates;
using Coffer.KeyBroker.Access.Certificates;
using Coffer.KeyBroker.Access.Issuers;
using Coffer.KeyBroker.Access.Rules;
using Coffer.KeyBroker.Admin;
using Coffer.Oci;

namespace Coffer.KeyBroker.Access;

/// <summary>
/// Those who are let in beside the holders of the broker's own tokens, as the file of <c>--access</c> says: nobody until it is loaded. It can be loaded again
/// while requests are answered; a file that is wrong changes nothing.
/// </summary>
internal sealed class AccessIdentities(TimeProvider time)
{
    private volatile State _state = new(null, new JwtCheck([]));

    /// <summary>Whether handshakes ask for a client certificate.</summary>
    public bool AsksForCertificates => _state.Certificates is not null;

    /// <summary>Loads the file. Keys in files are read, keys at addresses when the first token needs them.</summary>
    /// <returns>What an operator has to look at, a line each: revocation lists that have ended, so that no client certificate counts.</returns>
    /// <exception cref="BrokerException">It or a file that it names cannot be used; what was loaded before still counts.</exception>
    public async Task<IReadOnlyList<string>> LoadAsync(string file, CancellationToken cancellationToken)
    {
        var rules = AccessRulesReader.Read(await ReadAsync(file, cancellationToken).ConfigureAwait(false));
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var certificates = rules.Certificates is { } c ? new ClientCertificates(c with { CaFile = Path.Combine(folder, c.CaFile), RevocationFiles = [.. c.RevocationFiles.Select(f => Path.Combine(folder, f))] }, time) : null;
        var issuers = new List<Issuer>();
        foreach (var issuer in rules.Issuers)
        {
            var keys = new IssuerKeys(Source(issuer, folder), issuer.Algorithms, time);
            if (issuer.JwksFile is not null) await keys.FindAsync(null, cancellationToken).ConfigureAwait(false);
            issuers.Add(new Issuer(issuer, keys, time));
        }
        _state = new State(certificates, new JwtCheck(issuers)); // the one before is left to requests under way
        return [.. (certificates?.Warnings ?? []).Select(w => $"no client certificate counts: {w}")];
    }

    /// <exception cref="BrokerException"><see cref="BrokerFault.Unauthenticated"/>, <see cref="BrokerFault.Unavailable"/>.</exception>
    public Task<Caller> RequireAsync(string token, CancellationToken cancellationToken) => _state.Tokens.RequireAsync(token, cancellationToken);

    /// <exception cref="BrokerException"><see cref="BrokerFault.Unauthenticated"/>.</exception>
    public Caller Require(X509Certificate2 certificate) =>
        (_state.Certificates ?? throw new BrokerException(BrokerFault.Unauthenticated, "client certificates are not taken here")).Require(certificate);

    private static IKeySource Source(IssuerRules issuer, string folder)
    {
        if (issuer.JwksFile is { } file) return new FileKeySource(Path.Combine(folder, file));
#pragma warning disable CA2000 // the source owns it
        var http = new IssuerHttp(issuer.CaFile is { } ca ? PemRoots.Load(Path.Combine(folder, ca)) : null, issuer.InsecureHttp);
#pragma warning restore CA2000
        return issuer.JwksUrl is { } address ? new UrlKeySource(http, address) : new DiscoveredKeySource(http, issuer.Issuer);
    }

    private static async Task<byte[]> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 4096, useAsync: true);
            var content = new byte[AccessRulesReader.MostBytes + 1];
            return content[..await stream.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BrokerException(BrokerFault.BadRequest, $"the access file {Printable.Of(file)} cannot be read: {Printable.Of(e.Message)}", null, e);
        }
    }

    private sealed record State(ClientCertificates? Certificates, JwtCheck Tokens);
}
