using System.ComponentModel;
using Coffer.ImageCrypt.KeyWrap.Processes;
using Coffer.Oci;

namespace Coffer.ImageCrypt.KeyWrap.Provider;

/// <summary>Runs a program for each question: the request on its standard input, the answer on its standard output.</summary>
internal sealed class CommandTransport : IProviderTransport
{
    private readonly string _name;
    private readonly ProgramRun _run;

    /// <exception cref="CofferException">There is no such program.</exception>
    public CommandTransport(string name, CommandProvider settings, TimeSpan deadline)
    {
        _name = Printable.Of(name, 64);
        var program = ProgramPath.Find(settings.Path, Environment.GetEnvironmentVariable("PATH"))
            ?? throw new CofferException(
                $"key provider '{_name}': there is no executable {Printable.Of(settings.Path)}", hint: $"mend cmd.path in the file that {ProviderConfig.Variable} names");
        _run = new ProgramRun(program, settings.Arguments) { Deadline = deadline, MaxOutput = KeyProviderRequest.MaxBytes };
    }

    public async Task<byte[]> AskAsync(KeyProviderOperation operation, ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        ProgramOutcome outcome;
        try
        {
            outcome = await _run.RunAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Win32Exception e)
        {
            throw new CofferException($"key provider '{_name}': {Printable.Of(_run.Program)} cannot be started: {Printable.Of(e.Message)}", inner: e);
        }
        var complaint = outcome.Complaint.Length == 0 ? "" : $"; it said: {outcome.Complaint}";
        return outcome switch
        {
            { End: ProgramEnd.TimedOut } => throw new CofferException(
                $"key provider '{_name}' did not answer within {_run.Deadline.TotalSeconds:0.#} s{complaint}", ExitStatus.Unreachable),
            { End: ProgramEnd.TooMuchOutput } => throw new CofferException(
                $"key provider '{_name}' answered with more than {_run.MaxOutput} bytes{complaint}"),
            { ExitCode: not 0 } => throw new CofferException(
                $"key provider '{_name}' failed with exit status {outcome.ExitCode}{complaint}"),
            _ => outcome.Output,
        };
    }

    public void Dispose()
    {
        // A program lives no longer than its question.
    }
}
