using Coffer.Attestation.Tpm.Keys;
using Coffer.Attestation.Tpm.Transport;

namespace Coffer.Attestation.Tpm;

/// <summary>Which TPM a node attests with, and how. The same for enrolling and for serving.</summary>
public sealed record TpmSettings
{
    /// <summary>Where a node keeps its state unless it is told otherwise.</summary>
    public const string DefaultStateDirectory = "/var/lib/coffer";

    /// <summary>Where the TPM is.</summary>
    public required TpmAddress Address { get; init; }

    /// <summary>The folder of the keys' files, made where it is missing.</summary>
    public string StateDirectory { get; init; } = DefaultStateDirectory;

    /// <summary>Of which kind the attestation key is, when it is made.</summary>
    public AkAlgorithm AkAlgorithm { get; init; } = AkAlgorithm.Rsa;

    /// <summary>
    /// The registers of the sha256 bank, each from 0 to 23, that the binding key is bound to; empty: it opens whatever they hold. By
    /// default those of the boot: 10 is IMA's and moves all the time, 16 and 23 can be reset by anybody, 17 to 22 are of a dynamic launch.
    /// </summary>
    public IReadOnlyList<int> BoundPcrs { get; init; } = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15];

    /// <summary>The file of the boot's event log; null: the kernel's, where the TPM is this machine's and the log can be read.</summary>
    public string? EventLogPath { get; init; }

    /// <summary>The machine's UUID, a label of at most 64 characters; null: the firmware's, where the TPM is this machine's and it can be
    /// read; empty: none.</summary>
    public string? HostUuid { get; init; }

    /// <summary>The file of the endorsement key's certificate, in DER or PEM; null: the TPM's own.</summary>
    public string? EkCertificatePath { get; init; }

    /// <summary>A persistent handle (0x81000000 to 0x817fffff) to keep the attestation key at, beside its files; null: none.</summary>
    public uint? AkHandle { get; init; }

    /// <summary>Likewise of the binding key.</summary>
    public uint? BindingKeyHandle { get; init; }

    /// <summary>How long to wait while another client holds the TPM.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Those of a machine's attester.</summary>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Unavailable"/>: no address is given and the machine has no TPM.</exception>
    /// <exception cref="Coffer.Oci.CofferException"><see cref="Coffer.Oci.ExitStatus.Usage"/>: the address is none.</exception>
    public static TpmSettings Of(AttesterSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new TpmSettings
        {
            Address = settings.Tpm is { } address ? TpmAddress.Parse(address, settings.InsecureRemoteTpm) : TpmAddress.FindDevice(),
            StateDirectory = settings.StateDirectory,
            EventLogPath = settings.EventLogPath,
            AkHandle = settings.AkHandle,
        };
    }
}
