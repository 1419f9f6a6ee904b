using Coffer.Interop.Keys;
using Coffer.Support;

namespace Coffer.Interop.Matrix;

/// <summary>One point of the matrix.</summary>
internal sealed record Run(string Peer, Direction Direction, string Recipient, LayerCompression Layers, Place Place)
{
    /// <summary>Every point of the matrix, possible or not, always in the same order.</summary>
    public static IReadOnlyList<Run> Product { get; } =
    [
        .. from peer in Peering.Peer.Names
           from recipient in RecipientNames.All
           from direction in Enum.GetValues<Direction>()
           from layers in Enum.GetValues<LayerCompression>()
           from place in Enum.GetValues<Place>()
           select new Run(peer, direction, recipient, layers, place),
    ];

    /// <summary>The values on the axes, by which pairs are counted.</summary>
    public IReadOnlyList<object> Values => [Peer, Direction, Recipient, Layers, Place];

    /// <summary>How reports name it.</summary>
    public override string ToString() =>
        $"{Peer} {(Direction == Direction.PeerDecrypts ? "decrypts" : "encrypts")}: {Recipient}, {(Layers == LayerCompression.None ? "plain" : Layers.ToString().ToLowerInvariant())} layers, {Place.ToString().ToLowerInvariant()}";
}
