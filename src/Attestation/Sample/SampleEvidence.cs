using System.Text.Json.Nodes;

namespace Coffer.Attestation.Sample;

/// <summary>Evidence that anybody can make: <c>{"svn":"1","report_data":"BASE64"}</c>, with the 48 bytes it is bound to.</summary>
internal static class SampleEvidence
{
    public const string Svn = "svn", Bound = "report_data";

    public static JsonObject Create(ReadOnlySpan<byte> digest) => new() { [Svn] = "1", [Bound] = Convert.ToBase64String(digest) };
}
