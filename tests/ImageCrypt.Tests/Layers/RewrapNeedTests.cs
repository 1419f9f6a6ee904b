using System.Text;
using Coffer.ImageCrypt.Cipher;
using Coffer.ImageCrypt.Keys;
using Coffer.ImageCrypt.KeyWrap;
using Coffer.ImageCrypt.Layers;
using Coffer.ImageCrypt.Rewrap;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Tests.Layers;

public sealed class RewrapNeedTests
{
    private const string Annotation = "org.opencontainers.image.enc.keys.provider.coffer", Key = "kbs:///default/image-kek/team";

    [Theory]
    [InlineData($"{Key}?version=2", true, true)]
    [InlineData($"{Key}?version=1", false, false)]
    [InlineData(Key, false, false)]
    [InlineData($"{Key}?version=1,{Key}?version=2", false, true)]
    [InlineData($"{Key}?version=2,kbs:///default/image-kek/other?version=1", true, true)]
    public async Task A_layer_is_done_when_it_names_the_version_that_wraps_now(string keyIds, bool doneWithRemoval, bool doneWithout)
    {
        using var add = await RecipientSet.ResolveAsync([RecipientSpec.Parse("provider:coffer")], TestContext.Current.CancellationToken, [new OneKey($"{Key}?version=2")]);
        var layer = Layer(keyIds.Split(','));

        Assert.Equal([new TriedRecipient(Annotation, $"{Key}?version=2")], add.Tried);
        Assert.Equal(keyIds.Split(','), RewrapNeed.KeyIds(layer));
        Assert.Equal((doneWithRemoval, doneWithout), (RewrapNeed.IsDone(layer, add, removes: true), RewrapNeed.IsDone(layer, add, removes: false)));
    }

    [Fact]
    public async Task A_trial_is_told_from_a_layer()
    {
        var scheme = new OneKey(Key);
        using var add = await RecipientSet.ResolveAsync([RecipientSpec.Parse("provider:coffer")], TestContext.Current.CancellationToken, [scheme]);
        using var key = LayerKey.Generate(Digest.Of([]));
        await add.WrapAsync(key, TestContext.Current.CancellationToken);

        Assert.Equal([true, false], scheme.Wrapped.Select(o => TrialOptions.AreThese(o)));
        using var read = PrivateOptions.Read(scheme.Wrapped[0]); // whoever looks into it finds options
    }

    private static Descriptor Layer(params string[] keyIds) => new("application/vnd.oci.image.layer.v1.tar+gzip+encrypted", Digest.Of([1]), 1)
    {
        Annotations = new Dictionary<string, string> { [Annotation] = string.Join(',', keyIds.Select(k => Convert.ToBase64String(Packet(k)))) },
    };

    private static byte[] Packet(string keyId) => Encoding.UTF8.GetBytes($$"""{"kid":"{{keyId}}","wrapped_data":"AAAA"}""");

    // Stands for a provider: what it wraps under is what this is about.
    private sealed class OneKey(string keyId) : IKeyWrapScheme, IKeyWrapper
    {
        public List<byte[]> Wrapped { get; } = [];

        public string Name => "provider";

        string IKeyWrapper.Annotation => Annotation;

        public bool Owns(string annotation) => annotation == Annotation;

        public ValueTask<IReadOnlyList<IKeyWrapper>> CreateWrappersAsync(IReadOnlyList<RecipientSpec> recipients, CancellationToken cancellationToken) => new([this]);

        public IKeyUnwrapper? CreateUnwrapper(IReadOnlyList<Identity> identities) => null;

        public IReadOnlyList<RecipientDescription> Describe(string annotation, ReadOnlyMemory<byte> packet) => [];

        public byte[]? RemoveRecipient(ReadOnlyMemory<byte> packet, int recipient) => null;

        public ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> privateOptions, CancellationToken cancellationToken)
        {
            Wrapped.Add(privateOptions.ToArray());
            return new(Packet(keyId));
        }

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
