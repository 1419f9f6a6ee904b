using System.Globalization;
using Coffer.Attestation;
using Coffer.Attestation.Tpm.Sealing;
using Coffer.KeyBroker.RootKeys.Recovery;
using Coffer.Oci;

namespace Coffer.KeyBroker.RootKeys.Tpm;

/// <summary>A root key that a TPM opens while registers of its sha256 bank hold the values that they had when it was sealed.</summary>
internal sealed class TpmRootKeyKind : IRootKeyKind
{
    private const string Pcrs = "pcrs";
    private const string Device = "device";
    private const int LastRegister = 23;

    /// <inheritdoc/>
    public string Prefix => "tpm";

    /// <inheritdoc/>
    public string Form => "tpm:FILE,pcrs=4+7+11[,device=/dev/tpmrm0]";

    /// <inheritdoc/>
    public IReadOnlyList<string> Options => [Pcrs, Device];

    /// <inheritdoc/>
    public bool NeedsRecovery => true;

    /// <inheritdoc/>
    public async Task<RootKey> OpenAsync(RootKeyPlace place, TimeProvider time, CancellationToken cancellationToken)
    {
        var file = RootKeyOpening.ReadSealed(place);
        var secret = TpmSealedSecretJson.Read(place.File, file.Sealed);
        var named = string.Join('+', secret.Registers.Select(r => r.Key));
        if (place.Options.TryGetValue(Pcrs, out var given) && string.Join('+', Registers(given)) != named)
        {
            throw new CofferException($"{place.Name} is sealed to PCRs {named}, not to {Printable.Of(given)}", ExitStatus.Usage, "leave pcrs= out, or seal it to others: coffer broker root-key reseal");
        }
        try
        {
            return RootKeyOpening.Opened(place, file, await TpmSealing.UnsealAsync(place.Options.GetValueOrDefault(Device), secret, time, cancellationToken).ConfigureAwait(false));
        }
        catch (TpmStateException e)
        {
            throw new BrokerException(
                BrokerFault.Unavailable, $"the TPM does not open the root key {place.Name}: {e.Message}",
                $"after an update of kernel or firmware that you made, seal it anew: coffer broker root-key recover --root-key {place.Text} --recovery-key FILE; otherwise find out what was booted", e);
        }
        catch (AttestationException e)
        {
            throw new BrokerException(
                BrokerFault.Unavailable, $"the TPM does not open the root key {place.Name}: {e.Message}",
                e.Hint ?? $"with another TPM: coffer broker root-key recover --root-key {place.Text} --recovery-key FILE", e);
        }
    }

    /// <inheritdoc/>
    public async Task SealAsync(RootKeyPlace place, RootKey key, RecoveryCopy? recovery, SealedKeyFile? before, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(recovery);
        var registers = place.Options.TryGetValue(Pcrs, out var given) ? Registers(given)
            : before is { } old && old.Kind == Prefix ? [.. TpmSealedSecretJson.Read(place.File, old.Sealed).Registers.Select(r => r.Key)]
            : throw new CofferException("no PCRs were named that the root key is to be sealed to", ExitStatus.Usage, $"write {Form}: 4 is the boot loader, 7 Secure Boot, 8+9 what GRUB loads, 11 a unified kernel image");
        try
        {
            // A copy that does not move, for the interface takes memory.
            using var pinned = new SecretBytes(key.Key.Span);
            var secret = await TpmSealing.SealAsync(place.Options.GetValueOrDefault(Device), registers, pinned.Memory, time, cancellationToken).ConfigureAwait(false);
            new SealedKeyFile(Prefix, key.Id, recovery, TpmSealedSecretJson.Write(secret)).Write(place.File, before is not null);
        }
        catch (AttestationException e)
        {
            throw new BrokerException(BrokerFault.Unavailable, $"the TPM does not seal the root key: {e.Message}", e.Hint, e);
        }
    }

    private static int[] Registers(string text)
    {
        var registers = new SortedSet<int>();
        foreach (var part in text.Split('+'))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var register) || register > LastRegister || !registers.Add(register))
            {
                throw new CofferException($"'{Printable.Of(text)}' names no PCRs", ExitStatus.Usage, $"write numbers from 0 to {LastRegister}, each once, with plus signs: pcrs=4+7+11");
            }
        }
        return [.. registers];
    }
}
