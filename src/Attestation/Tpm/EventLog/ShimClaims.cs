using System.Text;
using System.Text.Json.Nodes;

namespace Coffer.Attestation.Tpm.EventLog;

/// <summary>
/// shim measures the owner's key lists into PCR 14, one event each. What was measured is the list, which the log does not hold: the
/// digest is proven, its name is the log's word.
/// </summary>
internal static class ShimClaims
{
    private static readonly string[] Names = ["MokList", "MokListX", "MokListTrusted", "MokSBState"];

    public static void Add(BootClaims claims, JsonObject boot)
    {
        var shim = new JsonObject();
        foreach (var measured in claims.Of(14))
        {
            var name = Encoding.ASCII.GetString(measured.Data.Span.TrimEnd((byte)0));
            if (Names.Contains(name)) shim[name] = claims.Hex(measured);
        }
        if (shim.Count > 0) boot["shim"] = shim;
    }
}
