using Coffer.Attestation.Tpm.Structures;

namespace Coffer.Attestation.Tpm.Commands;

/// <summary>A command before it is sent (TPM 2.0 Library Part 1, section 18).</summary>
/// <param name="code">Which.</param>
internal sealed class TpmCommand(TpmCommandCode code)
{
    /// <summary>Which.</summary>
    public TpmCommandCode Code { get; } = code;

    /// <summary>What it is about, in the command's order.</summary>
    public IReadOnlyList<TpmHandle> Handles { get; init; } = [];

    /// <summary>One for each handle that needs it, in their order; then any that only protect the parameters.</summary>
    public IReadOnlyList<ITpmAuthorization> Authorizations { get; init; } = [];

    /// <summary>The parameters, in the clear.</summary>
    public ReadOnlyMemory<byte> Parameters { get; init; }

    /// <summary>Whether the response has a handle before its parameters.</summary>
    public bool AnswersHandle { get; init; }

    /// <summary>Writes the parameters; what was written before is zeroed.</summary>
    public static byte[] Write(Action<TpmWriter> parameters)
    {
        using var writer = new TpmWriter();
        parameters(writer);
        return writer.ToArray();
    }
}
