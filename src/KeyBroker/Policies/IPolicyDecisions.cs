using System.Text.Json.Nodes;
using Coffer.KeyBroker.Storage;

namespace Coffer.KeyBroker.Policies;

/// <summary>Decides by the policies and reference sets that stand in the store at that moment.</summary>
internal interface IPolicyDecisions
{
    /// <summary>Decides whether a resource is released.</summary>
    /// <param name="store">The transaction in which the release happens.</param>
    /// <param name="resourcePath"><c>REPOSITORY/TYPE/TAG</c>.</param>
    /// <param name="claims">Verified claims of the TEE, and <c>host</c> with <c>id</c>, <c>state</c>, <c>labels</c> and <c>baseline</c> where one is enrolled.</param>
    ValueTask<Decision> DecideAsync(IStoreReader store, string resourcePath, JsonObject claims);
}
