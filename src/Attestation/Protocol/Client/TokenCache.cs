using System.Runtime.ExceptionServices;
using Coffer.Attestation.Protocol.Messages;

namespace Coffer.Attestation.Protocol.Client;

/// <summary>
/// Gets resources with one attestation for many of them. A token is used again until shortly before it expires, and only while the
/// machine's state is the one that was attested. Callers at the same time share one attestation, and its failure as well. Safe for many
/// calls at once.
/// </summary>
/// <param name="client">The broker; stays the caller's to dispose.</param>
/// <param name="attester">The attester that <paramref name="client"/> uses.</param>
/// <param name="time">The clock.</param>
public sealed class TokenCache(RcarClient client, IAttester attester, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10), ShortLife = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _gate = new(1);
    private SessionLease? _current;
    private long _finished; // attestations that came to an end
    private (long Number, ExceptionDispatchInfo Why)? _failure;

    /// <summary>Gets a resource. A token that the broker no longer takes (401) is replaced once.</summary>
    /// <returns>The resource, which the caller zeroes.</returns>
    /// <exception cref="AttestationException">As of <see cref="RcarClient.AttestAsync"/> and <see cref="RcarClient.GetAsync"/>.</exception>
    public async Task<byte[]> GetAsync(KbsResourceUri resource, CancellationToken cancellationToken)
    {
        var (lease, isNew) = await EnterAsync(null, cancellationToken).ConfigureAwait(false);
        try
        {
            return await client.GetAsync(lease.Session, resource, cancellationToken).ConfigureAwait(false);
        }
        catch (BrokerRefusedException e) when (e.Status == 401 && !isNew)
        {
            // Expired by the broker's clock, or the broker forgot it. A token of a moment ago would be refused again.
        }
        finally
        {
            lease.Leave();
        }

        (var second, _) = await EnterAsync(lease, cancellationToken).ConfigureAwait(false);
        try
        {
            return await client.GetAsync(second.Session, resource, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            second.Leave();
        }
    }

    /// <summary>The token alone, attested anew where that is needed.</summary>
    /// <exception cref="AttestationException">As of <see cref="RcarClient.AttestAsync"/>.</exception>
    public async Task<string> GetTokenAsync(CancellationToken cancellationToken)
    {
        var (lease, _) = await EnterAsync(null, cancellationToken).ConfigureAwait(false);
        try
        {
            return lease.Session.Token;
        }
        finally
        {
            lease.Leave();
        }
    }

    /// <summary>Gives the token up; the keys of calls under way live as long as those.</summary>
    public void Dispose()
    {
        Interlocked.Exchange(ref _current, null)?.Leave();
        _gate.Dispose();
    }

    private async Task<(SessionLease Lease, bool IsNew)> EnterAsync(SessionLease? refused, CancellationToken cancellationToken)
    {
        var finished = Interlocked.Read(ref _finished);
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var isNew = false;
            // It failed while this caller waited for it: to ask again would make every layer wait for all before it.
            if (_current is null && _failure is { } failure && failure.Number > finished) failure.Why.Throw();
            if (_current is null || _current == refused || !await IsGoodAsync(_current, cancellationToken).ConfigureAwait(false))
            {
                Interlocked.Exchange(ref _current, null)?.Leave();
                _current = await AttestAsync(cancellationToken).ConfigureAwait(false);
                isNew = true;
            }
            _current.Enter();
            return (_current, isNew);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<SessionLease> AttestAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp(); // before the broker's clock starts to count
        _failure = null;
        try
        {
            var session = await client.AttestAsync(cancellationToken).ConfigureAwait(false);
            Interlocked.Increment(ref _finished);
            return new SessionLease(session, began, new KbsToken(session.Token).Lifetime() ?? ShortLife);
        }
        catch (AttestationException e)
        {
            _failure = (Interlocked.Increment(ref _finished), ExceptionDispatchInfo.Capture(e));
            throw;
        }
    }

    private async Task<bool> IsGoodAsync(SessionLease lease, CancellationToken cancellationToken) =>
        lease.LivesLonger(Margin, time) && await attester.ReadStateAsync(cancellationToken).ConfigureAwait(false) == lease.Session.State;
}
