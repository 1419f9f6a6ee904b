using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Coffer.KeyBroker.Tls;

/// <summary>A certificate of the broker's own authority, made when it starts and again long before it ends. Its key is nowhere but in memory.</summary>
/// <param name="authority">Issues it; not owned.</param>
/// <param name="names">For whom.</param>
/// <param name="time">The clock.</param>
internal sealed class OwnIdentity(CertificateAuthority authority, IReadOnlyList<string> names, TimeProvider time) : IServerIdentity
{
    // A clock that was ahead and set right leaves a certificate that begins too late for clients.
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    private readonly Lock _turn = new();
    private SslStreamCertificateContext? _context;
    private DateTimeOffset _issued;
    private DateTimeOffset _renewal;

    public SslServerAuthenticationOptions Options()
    {
        var now = time.GetUtcNow();
        lock (_turn)
        {
            if (_context is null || now >= _renewal || now < _issued - Patience) Renew(now);
            return TlsOptions.With(_context!);
        }
    }

    // The one before is not disposed: handshakes under way may still use it.
    private void Renew(DateTimeOffset now)
    {
        var certificate = authority.IssueServer(names, now);
        _issued = now;
        // A third of its life is left for whoever looks at it with a clock that is wrong.
        _renewal = now + ((certificate.NotAfter - now) * 2 / 3);
        _context = SslStreamCertificateContext.Create(certificate, new X509Certificate2Collection(), offline: true);
    }
}
