using System.Globalization;
using System.Security.Cryptography;
using Coffer.Attestation.Tpm.Commands;
using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Evidence;

/// <summary>A text that stays the same as long as quotes would say the same. Registers are read only when some of them was extended.</summary>
internal sealed class StateText
{
    private const int OfIma = 10;
    private readonly Lock _lock = new();
    private (uint Resets, uint Restarts, uint Updates, string Text)? _known;

    /// <summary>Reads it.</summary>
    public async Task<string> ReadAsync(TpmConnection tpm, CancellationToken cancellationToken)
    {
        var clock = await tpm.ReadClockAsync(cancellationToken).ConfigureAwait(false);
        var (_, updates) = await tpm.ReadPcrsAsync(new TpmPcrSelection(TpmAlgorithm.Sha256, [0]), cancellationToken).ConfigureAwait(false);
        lock (_lock)
        {
            if (_known is { } known && (known.Resets, known.Restarts, known.Updates) == (clock.Resets, clock.Restarts, updates)) return known.Text;
        }
        // An extension while reading moves the counter on, so that the next call reads again.
        var hash = await HashAsync(tpm, cancellationToken).ConfigureAwait(false);
        var text = string.Create(CultureInfo.InvariantCulture, $"{clock.Resets}.{clock.Restarts}.{hash}");
        lock (_lock) _known = (clock.Resets, clock.Restarts, updates, text);
        return text;
    }

    private static async Task<string> HashAsync(TpmConnection tpm, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var bank in await tpm.ReadBanksAsync(cancellationToken).ConfigureAwait(false))
        {
            var selection = new TpmPcrSelection(bank, Enumerable.Range(0, TpmPcrSelection.Registers).Where(register => register != OfIma));
            var (values, _) = await tpm.ReadPcrsAsync(selection, cancellationToken).ConfigureAwait(false);
            foreach (var register in selection.Selected) hash.AppendData(values.Values[register].Span);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
