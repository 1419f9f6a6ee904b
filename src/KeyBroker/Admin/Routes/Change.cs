using Coffer.KeyBroker.Audit;

namespace Coffer.KeyBroker.Admin.Routes;

/// <summary>What an administrator changed, for the audit.</summary>
internal static class Change
{
    /// <summary>Done by the call's caller.</summary>
    public static AuditEvent Of(AdminCall call, string action, string subject, string reason) =>
        new(call.RequestId, action, AuditOutcome.Allowed, reason) { Actor = call.Caller.TokenId, Subject = subject };
}
