using Coffer.Interop.Keys;
using Coffer.Interop.Peering;
using Coffer.Support;

namespace Coffer.Interop.Matrix;

/// <summary>
/// What peers cannot do. Nothing else is left out of the matrix, and a test holds every line to the peer itself: when one
/// learns what it is said not to know, the test fails and the line goes.
/// </summary>
internal static class PeerLimits
{
    private const string Curves = "its OpenPGP library knows no elliptic curve keys";
    private const string Old = "its ocicrypt 1.0.3 is older than the scheme";

    /// <summary>Recipients that a peer refuses.</summary>
    public static IReadOnlyList<PeerLimit> Refused { get; } =
    [
        .. from peer in Peer.Names
           from limit in (PeerLimit[])
           [
               new(peer, Direction.PeerEncrypts, RecipientNames.PgpCurve25519, new("public key type: 22"), Curves),
               new(peer, Direction.PeerDecrypts, RecipientNames.PgpCurve25519, new("missing private key needed for decryption"), Curves),
               new(peer, Direction.PeerEncrypts, RecipientNames.PgpP256, new("has no encryption keys"), Curves),
               new(peer, Direction.PeerDecrypts, RecipientNames.PgpP256, new("panic: impossible"), Curves),
           ]
           select limit,
        .. from peer in Peer.Names.Where(Peer.IsOld)
           from limit in (PeerLimit[])
           [
               new(peer, Direction.PeerEncrypts, RecipientNames.Pkcs11, new("protocol not recognized"), Old),
               new(peer, Direction.PeerDecrypts, RecipientNames.Pkcs11, new("missing private key needed for decryption"), Old),
               new(peer, Direction.PeerEncrypts, RecipientNames.Provider, new("protocol not recognized"), Old),
               new(peer, Direction.PeerDecrypts, RecipientNames.Provider, new("open provider:shop: no such file"), Old),
           ]
           select limit,
    ];

    /// <summary>
    /// True where the peer, encrypting, does not keep plain layers plain: it compresses them first. skopeo does so on the way
    /// to a registry, buildah always. What comes out of decryption is then a gzip layer with the same tar in it.
    /// </summary>
    public static bool Compresses(Run run) =>
        run.Direction == Direction.PeerEncrypts && run.Layers == LayerCompression.None && (run.Place == Place.Registry || Peer.IsBuildah(run.Peer));

    /// <summary>True for a run that the peer can do.</summary>
    public static bool Permit(Run run) =>
        !Compresses(run) && !Refused.Any(l => l.Peer == run.Peer && l.Direction == run.Direction && l.Recipient == run.Recipient);
}
