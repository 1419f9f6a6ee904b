using Coffer.Attestation.Tpm.Structures;
using Coffer.Attestation.Tpm.Transport;

namespace Coffer.Attestation.Tpm.Commands;

/// <summary>A command as bytes, and the bytes of its response taken apart (TPM 2.0 Library Part 1, sections 18.3 to 18.9).</summary>
internal static class CommandBytes
{
    private const ushort NoSessionsTag = 0x8001;
    private const ushort SessionsTag = 0x8002;

    /// <summary>The whole command; each call draws new nonces.</summary>
    public static byte[] Of(TpmCommand command)
    {
        using var body = new TpmWriter();
        using var hashed = new TpmWriter();
        hashed.UInt32((uint)command.Code);
        foreach (var handle in command.Handles)
        {
            body.UInt32(handle.Value);
            hashed.Bytes(handle.Name.Span);
        }
        hashed.Bytes(command.Parameters.Span);
        if (command.Authorizations.Count > 0)
        {
            using var area = new TpmWriter();
            foreach (var authorization in command.Authorizations) authorization.Write(area, hashed.Written);
            body.UInt32((uint)area.Length).Bytes(area.Written);
        }
        body.Bytes(command.Parameters.Span);
        using var whole = new TpmWriter();
        return whole.UInt16(command.Authorizations.Count > 0 ? SessionsTag : NoSessionsTag)
            .UInt32((uint)(ResponseHeader.Bytes + body.Length)).UInt32((uint)command.Code).Bytes(body.Written).ToArray();
    }

    /// <summary>Takes a response apart, checks its sessions' HMACs and decrypts its first parameter.</summary>
    /// <exception cref="TpmCommandException">The TPM refused.</exception>
    /// <exception cref="AttestationException"><see cref="AttestationFault.Malformed"/>, or <see cref="AttestationFault.Untrusted"/>.</exception>
    public static TpmResponse Read(TpmCommand command, byte[] response)
    {
        var header = ResponseHeader.Parse(response);
        if (!header.Code.IsSuccess) throw new TpmCommandException(command.Code, header.Code);
        if (header.HasSessions != command.Authorizations.Count > 0) throw ResponseHeader.Malformed("has another tag than the command");
        var reader = new TpmReader(response.AsSpan(ResponseHeader.Bytes), $"the response to {command.Code}");
        var handle = command.AnswersHandle ? reader.ReadUInt32() : 0;
        if (!header.HasSessions) return new TpmResponse(handle, reader.ReadBytes(reader.Remaining).ToArray());
        var size = reader.ReadUInt32();
        if (size > reader.Remaining) throw reader.Malformed("is shorter than its parameters");
        var parameters = reader.ReadBytes((int)size).ToArray();
        using var hashed = new TpmWriter();
        hashed.UInt32(0).UInt32((uint)command.Code).Bytes(parameters);
        foreach (var authorization in command.Authorizations) authorization.Read(ref reader, hashed.Written);
        reader.End();
        DecryptFirst(command, parameters);
        return new TpmResponse(handle, parameters);
    }

    private static void DecryptFirst(TpmCommand command, byte[] parameters)
    {
        foreach (var session in command.Authorizations.OfType<TpmSession>().Where(s => s.EncryptsResponse))
        {
            var reader = new TpmReader(parameters, $"the response to {command.Code}");
            session.DecryptResponse(parameters.AsSpan(sizeof(ushort), reader.ReadSized(parameters.Length, "first parameter").Length));
        }
    }
}
