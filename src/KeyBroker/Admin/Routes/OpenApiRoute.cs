using System.Text.Json.Nodes;
using Coffer.KeyBroker.Admin.Documentation;

namespace Coffer.KeyBroker.Admin.Routes;

/// <summary>The description of the API, made from the list of its routes.</summary>
internal static class OpenApiRoute
{
    public static AdminRoute Of(IReadOnlyList<AdminRoute> others)
    {
        JsonObject? document = null;
        var route = new AdminRoute(
            "GET", "openapi.json", Permission.Authenticated, "This document.",
            (_, _) => Task.FromResult(new AdminAnswer(document!.DeepClone())))
        {
            Answers = RouteBody.Object("An OpenAPI 3.1 document."),
        };
        document = OpenApiDocument.Write([.. others, route]);
        return route;
    }
}
