using System.Text.Json.Nodes;
using Coffer.Attestation.Protocol;
using Coffer.Attestation.Protocol.Enrolment;
using Coffer.Attestation.Protocol.Messages;
using Coffer.Attestation.Tpm.Structures;
using Coffer.Attestation.Tpm.Verification;
using Coffer.Jose;

namespace Coffer.Machines;

/// <summary>What a node with a <see cref="FakeTpm"/> sends to a broker, and how it opens what it gets.</summary>
internal static class NodeMessages
{
    /// <summary>The first message of an enrolment.</summary>
    public static byte[] Enrolment(FakeTpm tpm, byte[]? ekCertificate, string? joinToken, string name) =>
        new EnrolmentRequest(ekCertificate, tpm.Ek.ToSizedBytes(), tpm.Ak.ToSizedBytes(), joinToken, name, null).ToJson();

    /// <summary>The second: the activated secret, and a quote bound to it.</summary>
    public static byte[] Proof(FakeTpm tpm, EnrolmentChallenge challenge, byte[] secret)
    {
        var (message, signature) = tpm.Quote(EnrolmentProof.Binding(challenge.Nonce, secret));
        return new EnrolmentProof(secret, new EnrolmentQuoteMessage(message, signature, tpm.Pcrs)).ToJson();
    }

    /// <summary>Evidence bound to a nonce and to the binding key.</summary>
    /// <param name="tpm">Signs it.</param>
    /// <param name="bindingKey">What is released is sealed to it.</param>
    /// <param name="nonce">The session's.</param>
    /// <param name="saidNonce">What the message says instead.</param>
    /// <param name="sendsBindingKey">Whether the key comes with the TPM's word for it.</param>
    public static byte[] Attestation(FakeTpm tpm, FakeBindingKey bindingKey, string nonce, string? saidNonce = null, bool sendsBindingKey = true)
    {
        var whole = ReportData.Compute(KbsVersion.V040, nonce, bindingKey.Offered);
        var digest = whole[..32]; // as much of it as every TPM can sign
        var coffer = new JsonObject { ["ak"] = Convert.ToBase64String(tpm.Ak.ToSizedBytes()) };
        if (sendsBindingKey) coffer["binding_key"] = bindingKey.Evidence(digest);
        var evidence = new JsonObject();
        var pcrs = new JsonArray([.. tpm.Pcrs.Select(p => (JsonNode?)Convert.ToHexStringLower(p))]);
        if (tpm.Ak.Key is TpmRsaKey)
        {
            evidence["ak_public"] = Convert.ToBase64String(tpm.AkPublicKeyInfo);
            evidence["tpm_quote"] = Quote(tpm, digest, "pcrs", pcrs);
        }
        else
        {
            // The protocol's own quote is for RSA keys alone.
            coffer["quote"] = Quote(tpm, TpmEvidence.SecondBinding(whole, hostUuid: null), "banks", new JsonObject { ["sha256"] = pcrs });
        }
        evidence["coffer"] = coffer;
        return KbsAttestation.Write(saidNonce ?? nonce, bindingKey.Offered, evidence);
    }

    /// <summary>Opens what was sealed to the binding key.</summary>
    public static byte[] Open(FakeBindingKey bindingKey, ReadOnlyMemory<byte> sealedResponse)
    {
        using var key = Jwk.FromRsa(bindingKey.Private.ExportParameters(true));
        return SealedResponse.Open(sealedResponse, new JwkUnwrapper(key));
    }

    private static JsonObject Quote(FakeTpm tpm, byte[] extraData, string registers, JsonNode values)
    {
        var (message, signature) = tpm.Quote(extraData);
        return new JsonObject { ["signature"] = Convert.ToBase64String(signature), ["message"] = Convert.ToBase64String(message), [registers] = values };
    }
}
