using System.Text.RegularExpressions;

namespace Coffer.Interop.Matrix;

/// <summary>Something that a peer cannot do, whatever the product writes.</summary>
/// <param name="Peer">The peer.</param>
/// <param name="Direction">What it cannot do.</param>
/// <param name="Recipient">For whom.</param>
/// <param name="Says">What it says instead, as a pattern.</param>
/// <param name="Reason">Why.</param>
internal sealed record PeerLimit(string Peer, Direction Direction, string Recipient, Regex Says, string Reason)
{
    /// <summary>How reports name it.</summary>
    public override string ToString() => $"{Peer} does not {(Direction == Direction.PeerDecrypts ? "decrypt" : "encrypt")}: {Recipient} ({Reason})";
}
