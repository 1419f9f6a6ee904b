using Coffer.KeyBroker.Admin.Routes;

namespace Coffer.KeyBroker.Admin;

/// <summary>The list of all routes of the administration API, noun by noun.</summary>
internal static class AdminRoutes
{
    /// <summary>All of them, for one broker.</summary>
    public static IReadOnlyList<AdminRoute> All(BrokerParts parts)
    {
        List<AdminRoute> routes =
        [
            .. LoginRoutes.Of(parts),
            .. TokenRoutes.Of(parts),
            .. TokenKeyRoutes.Of(parts),
            .. AuditRoutes.Of(parts),
            .. AuditExportRoutes.Of(parts),
            .. StatusRoutes.Of(parts),
            .. HostRoutes.Of(parts),
            .. TrustRoutes.Of(parts),
            .. JoinTokenRoutes.Of(parts),
            .. ApprovalRuleRoutes.Of(parts),
            .. EnrolRoutes.Of(parts),
            .. NamespaceRoutes.Of(parts),
            .. PolicyRoutes.Of(parts),
            .. PolicyTrialRoutes.Of(parts),
            .. PolicyReplayRoutes.Of(parts),
            .. ReferenceRoutes.Of(parts),
            .. ResourceRoutes.Of(parts),
            .. KeyRoutes.Of(parts),
            .. WrapRoutes.Of(parts),
        ];
        routes.Add(OpenApiRoute.Of(routes));
        return routes;
    }
}
