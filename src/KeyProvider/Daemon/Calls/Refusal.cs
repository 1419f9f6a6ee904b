using System.Globalization;
using Coffer.Oci;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Coffer.KeyProvider.Daemon.Calls;

/// <summary>How a failure is told to a gRPC client: a status, and a line that ends up before the runtime's user.</summary>
internal static class Refusal
{
    private const int MostCharacters = 2048;

    /// <summary>The status of a kind of failure.</summary>
    public static StatusCode CodeOf(FailureReason reason) => reason switch
    {
        FailureReason.BadRequest => StatusCode.InvalidArgument,
        FailureReason.UnknownKey => StatusCode.NotFound,
        FailureReason.Integrity => StatusCode.DataLoss,
        FailureReason.Denied => StatusCode.PermissionDenied,
        FailureReason.Unavailable => StatusCode.Unavailable,
        FailureReason.Timeout => StatusCode.DeadlineExceeded,
        FailureReason.Busy => StatusCode.ResourceExhausted,
        FailureReason.Cancelled => StatusCode.Cancelled,
        _ => StatusCode.Internal,
    };

    /// <summary>The kind of failure behind a status that the gRPC library gave by itself.</summary>
    public static FailureReason? ReasonOf(StatusCode code) => code switch
    {
        StatusCode.OK => null,
        StatusCode.DeadlineExceeded => FailureReason.Timeout,
        StatusCode.Cancelled => FailureReason.Cancelled,
        StatusCode.Internal or StatusCode.Unknown => FailureReason.Internal,
        _ => FailureReason.BadRequest,
    };

    /// <summary>One line.</summary>
    public static string Line(string message, string? hint) =>
        Printable.Of(hint is null ? message : $"{message}; hint: {hint}", MostCharacters);

    /// <summary>Answers a request without having read its body: a response that is nothing but trailers (gRPC over HTTP/2, "Trailers-Only").</summary>
    public static Task WriteAsync(HttpContext context, StatusCode code, string message, string? hint = null)
    {
        var response = context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "application/grpc";
        response.Headers["grpc-status"] = ((int)code).ToString(CultureInfo.InvariantCulture);
        response.Headers["grpc-message"] = Uri.EscapeDataString(Line(message, hint));
        return response.CompleteAsync();
    }
}
