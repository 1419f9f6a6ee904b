using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Coffer.Attestation;
using Coffer.Attestation.Tpm.Certificates;
using Coffer.Oci;

namespace Coffer.KeyBroker.Access.Certificates;

/// <summary>
/// The revocation lists that client certificates are held to (RFC 5280 section 5), from files: once there is one, each issuer of a certificate must have
/// one that has not ended, or the certificate is refused.
/// </summary>
internal sealed class ClientRevocation
{
    private const int MostFileBytes = 4 * 1024 * 1024;
    private const string Label = "X509 CRL";
    private const string Hint = "put the authority's current list there and send the broker SIGHUP";

    private readonly List<RevocationList> _lists = [];

    /// <param name="files">PEM with any number of lists, or DER with one.</param>
    /// <param name="authorities">Who may have signed them.</param>
    /// <exception cref="BrokerException">A file cannot be used, or nobody who counts signed it.</exception>
    public ClientRevocation(IReadOnlyList<string> files, X509Certificate2Collection authorities)
    {
        foreach (var file in files)
        {
            foreach (var list in Read(file))
            {
                if (!authorities.Any(list.IsSignedBy)) throw Wrong(file, $"is of {Printable.Of(list.Issuer.Name, 128)} and not signed by an authority of 'ca'");
                _lists.Add(list);
            }
        }
    }

    /// <summary>What is wrong with the lists by that clock, a line for each; empty where all count.</summary>
    public IEnumerable<string> Ended(DateTimeOffset now) => _lists.Where(l => l.NextUpdate < now).Select(EndedLine);

    /// <param name="chain">The certificate, its issuers, and last the root.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="BrokerException"><see cref="BrokerFault.Unauthenticated"/>: revoked, or it cannot be known that it is not.</exception>
    public void Require(IReadOnlyList<X509Certificate2> chain, DateTimeOffset now)
    {
        if (_lists.Count == 0) return;
        for (var i = 0; i + 1 < chain.Count; i++)
        {
            var lists = _lists.FindAll(l => l.IsSignedBy(chain[i + 1]));
            if (lists.Count == 0) throw Refused($"there is no revocation list of {NameOf(chain[i + 1])}");
            if (lists.Any(l => l.Revokes(chain[i]))) throw new BrokerException(BrokerFault.Unauthenticated, $"the certificate {NameOf(chain[i])} is revoked", "its holder needs another one");
            if (lists.TrueForAll(l => l.NextUpdate < now)) throw Refused(EndedLine(lists[0]));
        }
    }

    private static string EndedLine(RevocationList list) => $"the revocation list of {Printable.Of(list.Issuer.Name, 128)} ended at {list.NextUpdate.ToUniversalTime():u}";

    private static string NameOf(X509Certificate2 certificate) => Printable.Of(certificate.Subject, 128);

    private static BrokerException Refused(string why) => new(BrokerFault.Unauthenticated, $"no client certificate counts: {why}", Hint);

    private static List<RevocationList> Read(string file)
    {
        try
        {
            if (new FileInfo(file) is { Exists: true, Length: > MostFileBytes }) throw Wrong(file, $"has more than {MostFileBytes} bytes");
            var lists = Ders(File.ReadAllBytes(file)).ConvertAll(RevocationList.Parse);
            return lists.Count > 0 ? lists : throw Wrong(file, "holds none");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or AttestationException)
        {
            throw Wrong(file, $"cannot be used: {Printable.Of(e.Message)}", e);
        }
    }

    private static List<byte[]> Ders(byte[] content)
    {
        if (content.Length > 0 && content[0] == 0x30) return [content]; // a SEQUENCE
        var found = new List<byte[]>();
        var text = Encoding.ASCII.GetString(content).AsSpan();
        while (PemEncoding.TryFind(text, out var fields))
        {
            if (text[fields.Label].SequenceEqual(Label)) found.Add(Convert.FromBase64String(text[fields.Base64Data].ToString()));
            text = text[fields.Location.End..];
        }
        return found;
    }

    private static BrokerException Wrong(string file, string what, Exception? inner = null) =>
        new(BrokerFault.BadRequest, $"the revocation list {Printable.Of(file)} {what}", "what 'openssl ca -gencrl' writes: PEM (X509 CRL) or DER, with nextUpdate", inner);
}
