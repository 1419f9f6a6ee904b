namespace Coffer.Cli.Doctor.Checks;

/// <summary>Whether there is a TPM, with which this machine could prove itself to a key broker.</summary>
internal sealed class TpmCheck : ICheck
{
    public string Name => "tpm";

    public Task<IReadOnlyList<Finding>> RunAsync(Installation installation, CancellationToken cancellationToken)
    {
        var device = ((string[])["/dev/tpmrm0", "/dev/tpm0"]).FirstOrDefault(d => Path.Exists(installation.At(d)));
        return Task.FromResult<IReadOnlyList<Finding>>([Finding.Ok(device is null ? "there is no TPM: this machine cannot prove itself to a key broker" : $"there is a TPM: {device}")]);
    }
}
