using System.Security.Cryptography;
using System.Text;
using Coffer.ImageCrypt.Keys;
using Coffer.ImageCrypt.KeyWrap;
using Coffer.Oci;
using Xunit;

namespace Coffer.Contracts;

/// <summary>What every way of wrapping layer keys owes to those who encrypt, decrypt, list and rewrap.</summary>
public abstract class KeyWrapSchemeContract
{
    private static readonly CancellationToken None = CancellationToken.None;

    /// <summary>As long as real private options are, and as printable.</summary>
    protected static byte[] Options { get; } = Encoding.ASCII.GetBytes(
        $$$"""{"symkey":"{{{new string('A', 43)}}}=","digest":"sha256:{{{new string('a', 64)}}}","cipheroptions":{"nonce":"{{{new string('A', 22)}}}=="}}""");

    /// <summary>The scheme.</summary>
    protected abstract IKeyWrapScheme Scheme { get; }

    /// <summary>The annotation of its packets.</summary>
    protected abstract string Annotation { get; }

    /// <summary>A recipient made anew, and what opens its packets. The contract disposes the identities.</summary>
    protected abstract Task<(RecipientSpec Recipient, IReadOnlyList<Identity> Identities)> NewRecipientAsync();

    /// <summary>A recipient that cannot be resolved.</summary>
    protected abstract RecipientSpec Nobody { get; }

    /// <summary>True if one packet holds all recipients, so that one of them can be cut out.</summary>
    protected virtual bool SharesPackets => true;

    /// <summary>How many bit flips one test tries.</summary>
    protected virtual int Flips => 200;

    [Fact]
    public async Task What_is_wrapped_is_unwrapped()
    {
        var (recipient, identities) = await NewRecipientAsync();
        var packet = await WrapAsync(recipient);
        using var opened = new Disposing(identities);
        var result = await Scheme.CreateUnwrapper(identities)!.UnwrapAsync(Annotation, packet, None);
        Assert.Equal(Options, result.PrivateOptions);
        Assert.Equal(0, result.Recipient);
        Assert.Single(Scheme.Describe(Annotation, packet));
        Assert.All(Scheme.Describe(Annotation, packet), d => Assert.Equal(Scheme.Name, d.Scheme));
    }

    [Fact]
    public async Task The_same_options_wrapped_twice_give_different_packets()
    {
        var (recipient, identities) = await NewRecipientAsync();
        using var opened = new Disposing(identities);
        Assert.NotEqual(await WrapAsync(recipient), await WrapAsync(recipient));
    }

    [Fact]
    public async Task A_stranger_opens_nothing_and_hears_why()
    {
        var (recipient, identities) = await NewRecipientAsync();
        var (_, strangers) = await NewRecipientAsync();
        using var one = new Disposing(identities);
        using var two = new Disposing(strangers);
        var result = await Scheme.CreateUnwrapper(strangers)!.UnwrapAsync(Annotation, await WrapAsync(recipient), None);
        Assert.Null(result.PrivateOptions);
        Assert.Equal(-1, result.Recipient);
        Assert.NotEmpty(result.Failures);
        Assert.All(result.Failures, failure =>
        {
            Assert.NotEqual("", failure.Reason);
            Assert.DoesNotContain('\n', failure.Reason);
            Assert.False(failure.Reason.EndsWith('.'), failure.Reason);
            Assert.False(failure.Damaged);
        });
    }

    [Fact]
    public async Task Every_one_of_several_recipients_opens_its_packet()
    {
        var three = await ManyAsync(3);
        using var opened = new Disposing(three.SelectMany(r => r.Identities));
        var packets = await WrapAllAsync([.. three.Select(r => r.Recipient)]);
        Assert.Equal(3, packets.Sum(p => Scheme.Describe(Annotation, p).Count));
        if (SharesPackets) Assert.Single(packets);
        foreach (var (_, identities) in three)
        {
            var results = new List<UnwrapResult>();
            foreach (var packet in packets) results.Add(await Scheme.CreateUnwrapper(identities)!.UnwrapAsync(Annotation, packet, None));
            Assert.Equal(Options, Assert.Single(results, r => r.PrivateOptions is not null).PrivateOptions);
        }
    }

    [Fact]
    public async Task One_recipient_is_cut_out_and_the_others_still_open()
    {
        var three = await ManyAsync(3);
        using var opened = new Disposing(three.SelectMany(r => r.Identities));
        var packets = await WrapAllAsync([.. three.Select(r => r.Recipient)]);
        if (!SharesPackets)
        {
            Assert.All(packets, p => Assert.Null(Scheme.RemoveRecipient(p, 0)));
            return;
        }
        var packet = packets[0];
        var middle = three[await WhoAsync(three, packet, 1)];
        var rest = Scheme.RemoveRecipient(packet, 1);
        Assert.NotNull(rest);
        Assert.Equal(2, Scheme.Describe(Annotation, rest).Count);
        foreach (var recipient in three)
        {
            var result = await Scheme.CreateUnwrapper(recipient.Identities)!.UnwrapAsync(Annotation, rest, None);
            Assert.Equal(ReferenceEquals(recipient.Identities, middle.Identities) ? null : Options, result.PrivateOptions);
        }
        var last = Scheme.RemoveRecipient(rest, 0);
        Assert.NotNull(last);
        Assert.Single(Scheme.Describe(Annotation, last));
        Assert.Null(Scheme.RemoveRecipient(last, 0));
    }

    [Fact]
    public async Task A_truncated_packet_is_malformed_or_opens_to_nothing()
    {
        var (recipient, identities) = await NewRecipientAsync();
        using var opened = new Disposing(identities);
        var packet = await WrapAsync(recipient);
        for (var length = 0; length < packet.Length; length += 1 + packet.Length / 60) await HoldsAsync(packet[..length], identities);
    }

    [Fact]
    public async Task A_flipped_bit_never_yields_other_options()
    {
        var (recipient, identities) = await NewRecipientAsync();
        using var opened = new Disposing(identities);
        var packet = await WrapAsync(recipient);
        for (var flip = 0; flip < Flips; flip++)
        {
            var damaged = (byte[])packet.Clone();
            damaged[RandomNumberGenerator.GetInt32(packet.Length)] ^= (byte)(1 << RandomNumberGenerator.GetInt32(8));
            await HoldsAsync(damaged, identities);
        }
    }

    [Fact]
    public async Task Noise_is_malformed()
    {
        var (_, identities) = await NewRecipientAsync();
        using var opened = new Disposing(identities);
        for (var length = 0; length < 300; length += 7) await HoldsAsync(RandomNumberGenerator.GetBytes(length), identities);
    }

    [Fact]
    public async Task Who_cannot_be_resolved_fails_before_any_layer()
    {
        var e = await Assert.ThrowsAnyAsync<CofferException>(async () => await Scheme.CreateWrappersAsync([Nobody], None));
        Assert.DoesNotContain('\n', e.Message);
        Assert.False(e.Message.EndsWith('.'), e.Message);
    }

    [Fact]
    public void Without_an_identity_of_its_kind_there_is_no_unwrapper() => Assert.Null(Scheme.CreateUnwrapper([]));

    [Fact]
    public void It_owns_its_annotation_and_no_other()
    {
        Assert.True(Scheme.Owns(Annotation));
        Assert.False(Scheme.Owns(Annotation.ToUpperInvariant()));
        Assert.False(Scheme.Owns("org.opencontainers.image.enc.pubopts"));
        Assert.Equal(Scheme.Name.ToLowerInvariant(), Scheme.Name);
    }

    [Fact]
    public async Task Cancelling_ends_unwrapping()
    {
        var (recipient, identities) = await NewRecipientAsync();
        using var opened = new Disposing(identities);
        var packet = await WrapAsync(recipient);
        var unwrapper = Scheme.CreateUnwrapper(identities)!;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await unwrapper.UnwrapAsync(Annotation, packet, new CancellationToken(true)));
    }

    [Fact]
    public async Task Several_layers_are_served_at_once()
    {
        var (recipient, identities) = await NewRecipientAsync();
        using var opened = new Disposing(identities);
        using var wrappers = new Disposing(await Scheme.CreateWrappersAsync([recipient], None));
        var wrapper = (IKeyWrapper)wrappers.Items[0];
        var unwrapper = Scheme.CreateUnwrapper(identities)!;
        await Parallel.ForAsync(0, 8, async (_, cancellationToken) =>
        {
            var packet = await wrapper.WrapAsync(Options, cancellationToken);
            Assert.Equal(Options, (await unwrapper.UnwrapAsync(Annotation, packet, cancellationToken)).PrivateOptions);
        });
    }

    /// <summary>One packet for one recipient.</summary>
    protected async Task<byte[]> WrapAsync(RecipientSpec recipient) => Assert.Single(await WrapAllAsync([recipient]));

    /// <summary>The packets for several recipients.</summary>
    protected async Task<List<byte[]>> WrapAllAsync(IReadOnlyList<RecipientSpec> recipients)
    {
        using var wrappers = new Disposing(await Scheme.CreateWrappersAsync(recipients, None));
        var packets = new List<byte[]>();
        foreach (var wrapper in wrappers.Items.Cast<IKeyWrapper>())
        {
            Assert.Equal(Annotation, wrapper.Annotation);
            packets.Add(await wrapper.WrapAsync(Options, None));
        }
        return packets;
    }

    // Whatever the bytes: Describe lists or says malformed, unwrapping fails or yields what was wrapped.
    private async Task HoldsAsync(byte[] packet, IReadOnlyList<Identity> identities)
    {
        try
        {
            Assert.NotEmpty(Scheme.Describe(Annotation, packet));
            Scheme.RemoveRecipient(packet, 0);
        }
        catch (MalformedPacketException)
        {
            // Said as documented.
        }
        var result = await Scheme.CreateUnwrapper(identities)!.UnwrapAsync(Annotation, packet, None);
        if (result.PrivateOptions is { } options) Assert.Equal(Options, options);
        else Assert.NotEmpty(result.Failures);
    }

    private async Task<List<(RecipientSpec Recipient, IReadOnlyList<Identity> Identities)>> ManyAsync(int count)
    {
        var many = new List<(RecipientSpec, IReadOnlyList<Identity>)>();
        for (var i = 0; i < count; i++) many.Add(await NewRecipientAsync());
        return many;
    }

    private async Task<int> WhoAsync(List<(RecipientSpec Recipient, IReadOnlyList<Identity> Identities)> all, byte[] packet, int recipient)
    {
        for (var i = 0; i < all.Count; i++)
        {
            var result = await Scheme.CreateUnwrapper(all[i].Identities)!.UnwrapAsync(Annotation, packet, None);
            if (result.Recipient == recipient) return i;
        }
        throw new InvalidOperationException($"nobody is recipient {recipient}");
    }

    private sealed class Disposing(IEnumerable<IDisposable> items) : IDisposable
    {
        public IReadOnlyList<IDisposable> Items { get; } = [.. items];

        public void Dispose()
        {
            foreach (var item in Items) item.Dispose();
        }
    }
}
