using System.Text.Json.Nodes;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Tpm.Commands;
using Coffer.Attestation.Tpm.Evidence;
using Coffer.Attestation.Tpm.Keys;
using Coffer.Attestation.Tpm.Structures;
using Coffer.Attestation.Tpm.Verification;

namespace Coffer.Attestation.Tpm;

/// <summary>
/// Attests with a TPM 2.0: quotes by an attestation key of the endorsement hierarchy, and a binding key in the same TPM to which
/// secrets are sealed. Makes both keys where the state folder holds none. Keys that it opened are of use until it is disposed.
/// </summary>
internal sealed class TpmAttester : IAttester, IDisposable
{
    private readonly TpmDevice _device;
    private readonly NodeKeys _keys;
    private readonly MachineFacts _facts;
    private readonly StateText _state = new();

    /// <summary>Opens nothing yet.</summary>
    /// <param name="settings">Which TPM, and how.</param>
    /// <param name="time">For deadlines.</param>
    /// <exception cref="ArgumentOutOfRangeException">A register or persistent handle that no TPM has.</exception>
    public TpmAttester(TpmSettings settings, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(time);
        _device = new TpmDevice(settings.Address, time, settings.Patience);
        _keys = new NodeKeys(settings, time);
        _facts = new MachineFacts(settings);
    }

    /// <inheritdoc/>
    public string Tee => "tpm";

    /// <inheritdoc/>
    public Task<ITeeKey> OpenKeyAsync(CancellationToken cancellationToken) => _device.UseAsync<ITeeKey>(
        async (tpm, cancel) => new TpmTeeKey(_device, _keys, await _keys.OpenBindingKeyAsync(tpm, cancel).ConfigureAwait(false)), cancellationToken);

    /// <inheritdoc/>
    public async Task<JsonObject> CollectAsync(ReadOnlyMemory<byte> digest, ITeeKey key, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(digest.Length, ReportData.Bytes);
        ArgumentNullException.ThrowIfNull(key);
        var log = _facts.ReadEventLog();
        var host = _facts.ReadHostUuid();
        return await _device.UseAsync(async (tpm, cancel) =>
        {
            var ak = await _keys.LoadAkAsync(tpm, cancel).ConfigureAwait(false);
            var evidence = new JsonObject();
            var ours = new JsonObject { ["ak"] = Convert.ToBase64String(ak.Public.ToSizedBytes()) };
            var quoted = await QuoteAsync(tpm, ak, digest, host, evidence, ours, cancel).ConfigureAwait(false);
            if (key is TpmTeeKey binding)
            {
                _keys.CheckPolicy(binding.Stored, quoted.Banks);
                ours["binding_key"] = await CertifyAsync(tpm, ak, digest, binding, cancel).ConfigureAwait(false);
            }
            if (log is not null) ours["event_log"] = Convert.ToBase64String(log);
            if (host is not null) ours["host_uuid"] = host;
            evidence["coffer"] = ours;
            return evidence;
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Made of the TPM's reset and restart counters and of the registers of all banks, except register 10: where the kernel measures
    /// what it runs (IMA), that one moves with every new program.
    /// </remarks>
    public Task<string> ReadStateAsync(CancellationToken cancellationToken) => _device.UseAsync(_state.ReadAsync, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _device.Dispose();

    // The quote that covers the sha256 bank.
    private static async Task<QuotedPcrs> QuoteAsync(
        TpmConnection tpm, LoadedKey ak, ReadOnlyMemory<byte> digest, string? host, JsonObject evidence, JsonObject ours, CancellationToken cancellationToken)
    {
        QuotedPcrs? first = null;
        if (ak.Public.Key is TpmRsaKey)
        {
            var extraData = digest[..TpmEvidence.ExtraDataBytes];
            first = await QuotedPcrs.TakeAsync(tpm, ak, extraData, [TpmAlgorithm.Sha256], cancellationToken).ConfigureAwait(false);
            EvidenceJson.AddCoco(evidence, ak, first);
        }
        // Not SHA-1: whoever chooses what is measured can make two things that it does not tell apart.
        var kept = await tpm.ReadBanksAsync(cancellationToken).ConfigureAwait(false);
        TpmAlgorithm[] others = [.. kept.Where(bank => bank != TpmAlgorithm.Sha1 && !(first is not null && bank == TpmAlgorithm.Sha256))];
        if (first is not null && others.Length == 0 && host is null) return first;
        // The label needs a quote to bind it, if only over what the first one is over.
        if (others.Length == 0) others = [TpmAlgorithm.Sha256];
        var second = await QuotedPcrs.TakeAsync(tpm, ak, TpmEvidence.SecondBinding(digest.Span, host), others, cancellationToken).ConfigureAwait(false);
        ours["quote"] = EvidenceJson.SecondQuote(second);
        return first ?? second;
    }

    private async Task<JsonObject> CertifyAsync(TpmConnection tpm, LoadedKey ak, ReadOnlyMemory<byte> digest, TpmTeeKey binding, CancellationToken cancellationToken)
    {
        var parent = await NodeKeys.MakeBindingParentAsync(tpm, cancellationToken).ConfigureAwait(false);
        var loaded = await _keys.LoadBindingKeyAsync(tpm, parent, binding.Stored, cancellationToken).ConfigureAwait(false);
        var certified = await tpm.CertifyAsync(loaded, ak, digest[..TpmEvidence.ExtraDataBytes], cancellationToken).ConfigureAwait(false);
        return EvidenceJson.BindingKey(binding.Stored, loaded.Public.AuthPolicy.IsEmpty ? [] : _keys.Bound, certified);
    }
}
