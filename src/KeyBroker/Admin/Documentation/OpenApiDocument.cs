using System.Text.Json.Nodes;
using Coffer.KeyBroker.Access;

namespace Coffer.KeyBroker.Admin.Documentation;

/// <summary>Describes the routes as OpenAPI 3.1 does (OpenAPI Specification 3.1.1).</summary>
internal static class OpenApiDocument
{
    private static readonly string[] SecuritySchemes = ["token", "jwt", "certificate"];

    public static JsonObject Write(IReadOnlyList<AdminRoute> routes)
    {
        var paths = new JsonObject();
        foreach (var group in routes.GroupBy(r => "/" + r.Pattern.Replace("{*", "{", StringComparison.Ordinal), StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var path = new JsonObject();
            foreach (var route in group) path[route.Method.ToLowerInvariant()] = Operation(route);
            paths[group.Key] = path;
        }
        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject { ["title"] = "Coffer key broker, administration", ["version"] = "1" },
            ["servers"] = Items(new JsonObject { ["url"] = AdminDispatch.Root.TrimEnd('/') }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject
                {
                    ["token"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["bearerFormat"] = "coffer_ID_SECRET" },
                    ["jwt"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["bearerFormat"] = "JWT", ["description"] = "A token of an issuer that the operator lets in." },
                    ["certificate"] = new JsonObject { ["type"] = "mutualTLS", ["description"] = "Where the operator lets certificates in, and no token is sent." },
                },
                ["schemas"] = new JsonObject { ["error"] = ErrorSchema() },
                ["responses"] = new JsonObject
                {
                    ["error"] = new JsonObject
                    {
                        ["description"] = "It was not done; the header X-Request-Id names the request in the audit.",
                        ["content"] = Content("application/json", new JsonObject { ["$ref"] = "#/components/schemas/error" }),
                    },
                },
            },
        };
    }

    private static JsonObject Operation(AdminRoute route)
    {
        var operation = new JsonObject
        {
            ["operationId"] = OperationId(route),
            ["tags"] = new JsonArray((JsonNode?)route.Pattern.Split('/')[0]),
            ["summary"] = route.Summary,
            ["description"] = Needs(route.Needs),
            ["x-permission"] = PermissionNames.Of(route.Needs),
        };
        if (route.Needs != Permission.None) operation["security"] = new JsonArray([.. SecuritySchemes.Select(s => (JsonNode?)new JsonObject { [s] = new JsonArray() })]);
        var parameters = Parameters(route);
        if (parameters.Count > 0) operation["parameters"] = parameters;
        if (route.Accepts is { } accepts)
        {
            operation["requestBody"] = new JsonObject { ["description"] = accepts.Description, ["required"] = accepts.IsRequired, ["content"] = Content(accepts.MediaType, SchemaOf(accepts)) };
        }
        operation["responses"] = new JsonObject
        {
            [route.Answers is null ? "204" : "2XX"] = Answer(route.Answers),
            ["default"] = new JsonObject { ["$ref"] = "#/components/responses/error" },
        };
        return operation;
    }

    private static JsonObject Answer(RouteBody? body) => body is null
        ? new JsonObject { ["description"] = "Done." }
        : new JsonObject { ["description"] = body.Description, ["content"] = Content(body.MediaType, SchemaOf(body)) };

    private static JsonArray Parameters(AdminRoute route)
    {
        var parameters = new JsonArray();
        foreach (var segment in route.Pattern.Split('/').Where(s => s.StartsWith('{')))
        {
            parameters.Add((JsonNode)Parameter(segment.Trim('{', '*', '}'), "path", segment.StartsWith("{*", StringComparison.Ordinal) ? "One or more segments, its slashes unescaped." : "One segment."));
        }
        foreach (var member in route.Query) parameters.Add((JsonNode)Parameter(member.Name, "query", member.Description));
        return parameters;
    }

    private static JsonObject Parameter(string name, string place, string description) => new()
    {
        ["name"] = name,
        ["in"] = place,
        ["required"] = place == "path",
        ["description"] = description,
        ["schema"] = new JsonObject { ["type"] = "string" },
    };

    private static JsonObject SchemaOf(RouteBody body)
    {
        if (body.MediaType != "application/json") return new JsonObject { ["type"] = "string" };
        var members = new JsonObject();
        foreach (var member in body.Members) members[member.Name] = SchemaOf(member);
        var schema = new JsonObject { ["type"] = "object" };
        if (body.Members.Count > 0)
        {
            schema["properties"] = members;
            schema["required"] = new JsonArray([.. body.Members.Where(m => m.IsRequired).Select(m => (JsonNode?)m.Name)]);
        }
        return body.IsList ? new JsonObject { ["type"] = "array", ["items"] = schema } : schema;
    }

    private static JsonObject SchemaOf(RouteMember member)
    {
        var schema = member.Type is "strings" or "objects"
            ? new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = member.Type.TrimEnd('s') } }
            : new JsonObject { ["type"] = member.IsRequired ? member.Type : new JsonArray((JsonNode?)member.Type, "null") };
        schema["description"] = member.Description;
        return schema;
    }

    private static JsonObject ErrorSchema() => SchemaOf(RouteBody.Object(
        "An error.",
        new RouteMember("error", "object", "Its members: fault (such as not_found), message, and, where there is more to say, hint and details."),
        new RouteMember("request_id", "string", "The request, as the audit knows it.")));

    private static string Needs(Permission needed) => needed switch
    {
        Permission.None => "Needs no credential: it checks a proof of its own.",
        Permission.Authenticated => "Needs any valid credential.",
        _ => $"Needs the permission {PermissionNames.Of(needed)}{(RoleTable.IsAtPaths(needed) ? ", at the paths that it is about" : "")}. Roles that have it: {string.Join(", ", RoleTable.With(needed).Select(RoleNames.Of))}.",
    };

    private static string OperationId(AdminRoute route) =>
        route.Method.ToLowerInvariant() + string.Concat(route.Pattern.Split('/', '-', '.').Select(s => s.Trim('{', '*', '}')).Select(s => char.ToUpperInvariant(s[0]) + s[1..]));

    private static JsonObject Content(string mediaType, JsonNode schema) => new() { [mediaType] = new JsonObject { ["schema"] = schema } };

    private static JsonArray Items(JsonNode item) => new((JsonNode?)item);
}
