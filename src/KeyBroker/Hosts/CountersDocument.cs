using System.Text.Json.Nodes;
using Coffer.Attestation;

namespace Coffer.KeyBroker.Hosts;

/// <summary>Boot counters as records and lists hold them, named as in the claim <c>tpm.clock</c>.</summary>
internal static class CountersDocument
{
    public static JsonObject Write(BootCounters counters) => new()
    {
        ["resets"] = counters.Resets, ["restarts"] = counters.Restarts, ["milliseconds"] = counters.Clock, ["safe"] = counters.Safe,
    };

    public static BootCounters Read(JsonNode node) =>
        new((uint)node["resets"]!, (uint)node["restarts"]!, (ulong)node["milliseconds"]!, (bool)node["safe"]!);
}
