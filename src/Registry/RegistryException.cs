using System.Net;
using Coffer.Oci;

namespace Coffer.Registry;

/// <summary>A registry answered, and the answer was no.</summary>
public sealed class RegistryException : CofferException
{
    internal RegistryException(string message, HttpStatusCode status, string? code, ExitStatus exitStatus, string? hint)
        : base(message, exitStatus, hint)
    {
        Status = status;
        Code = code;
    }

    /// <summary>The HTTP status of the answer.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>The registry's own code, such as <c>MANIFEST_UNKNOWN</c> (distribution-spec 1.1, "Error Codes"); null where it gave none.</summary>
    public string? Code { get; }
}
