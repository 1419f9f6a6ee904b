using Coffer.ImageCrypt.Layers;
using Coffer.Oci;

namespace Coffer.ImageCrypt.Tests.GoldenVectors;

/// <summary>
/// Every vector in <c>tests/testdata/vectors</c> through inspect, decrypt, rewrap and encrypt, held to the outcome that it
/// names. <c>COFFER_UPDATE_VECTORS=1</c> makes the vectors and keys that are missing.
/// </summary>
public sealed class GoldenVectorTests
{
    public static TheoryData<string> Vectors => [.. VectorFolder.Names];

    [Theory]
    [MemberData(nameof(Vectors))]
    public async Task Inspecting_tells_what_can_be_told_without_a_key(string name)
    {
        var vector = VectorFolder.Read(name);
        using var bench = new VectorBench(vector);

        var report = await bench.InspectAsync();

        Assert.True(report.Encrypted);
        Assert.Equal(vector.Expect.Trouble, report.Trouble is not null);
        Assert.Equal(vector.Expect.Trouble, report.Cipher is null);
        Assert.Equal(vector.Expect.Name == "no-recipient", report.Recipients.Count == 0);
        var schemes = report.Recipients.Where(r => r.Damage is null).Select(r => r.Description.Scheme).ToHashSet();
        if (vector.Expect.Name is not ("unknown-scheme" or "no-recipient" or "damaged-packet")) Assert.Superset(vector.Recipients.Select(r => r.Split(':')[0]).ToHashSet(), schemes);
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public async Task Decrypting_ends_as_the_vector_says(string name)
    {
        var vector = VectorFolder.Read(name);
        using var bench = new VectorBench(vector);

        var thrown = await Record.ExceptionAsync(async () =>
        {
            using var keys = await bench.KeysAsync();
            var decrypted = await bench.DecryptAsync("in:1", "strict:1", keys, strict: true);
            Assert.Equal(vector.Payload, decrypted.After.Digest);
            Assert.Equal(vector.MediaType, decrypted.After.MediaType);
            Assert.Empty(decrypted.After.Annotations);
        });

        if (vector.Expect.Exception is null) Assert.Null(thrown);
        else vector.Expect.Check(thrown);
        Assert.Equal(vector.Expect.Exception is null, bench.Shows("strict:1"));
        Assert.Empty(bench.Warnings);
        if (!vector.Expect.OnlyStrict) return;
        using var again = await bench.KeysAsync();
        Assert.Equal(vector.Payload, (await bench.DecryptAsync("in:1", "lenient:1", again, strict: false)).After.Digest);
        Assert.Equal(vector.Expect.Warns, bench.Warnings.Any(w => w.Contains("its writer recorded", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public async Task Rewrapping_hands_the_layer_on_or_leaves_it_alone(string name)
    {
        var vector = VectorFolder.Read(name);
        using var bench = new VectorBench(vector);
        var before = bench.RootDigest();

        var thrown = await Record.ExceptionAsync(async () =>
        {
            using var keys = await bench.KeysAsync();
            Assert.Equal(vector.Layer.Digest, (await bench.RewrapAsync(keys)).After.Digest);
        });

        if (!vector.Expect.Opens)
        {
            vector.Expect.Check(thrown);
            Assert.Equal(before, bench.RootDigest());
            return;
        }
        Assert.Null(thrown);
        using (var old = await bench.KeysAsync())
        {
            await Assert.ThrowsAsync<NoUsableKeyException>(() => bench.DecryptAsync("in:1", "old:1", old, strict: false));
        }
        using var fresh = await bench.FreshKeysAsync();
        var opened = await Record.ExceptionAsync(async () => Assert.Equal(vector.Payload, (await bench.DecryptAsync("in:1", "new:1", fresh, strict: true)).After.Digest));
        // A new recipient takes the place of old ones, and nothing else changes: what was damaged still is.
        if (vector.Expect.Exception is null) Assert.Null(opened);
        else vector.Expect.Check(opened);
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public async Task Encrypting_goes_round_and_refuses_what_is_encrypted(string name)
    {
        var vector = VectorFolder.Read(name);
        using var bench = new VectorBench(vector);
        var refused = await Assert.ThrowsAsync<CofferException>(() => bench.EncryptAsync("in:1", "twice:1"));
        Assert.Contains("encrypted already", refused.Message, StringComparison.Ordinal);
        if (vector.Expect.Exception is not null && !vector.Expect.OnlyStrict) return;
        using var keys = await bench.KeysAsync();
        await bench.DecryptAsync("in:1", "plain:1", keys, strict: false);

        var encrypted = await bench.EncryptAsync("plain:1", "again:1");

        Assert.Equal(vector.Layer.MediaType, encrypted.After.MediaType);
        // Fresh keys each time: only a blob of no bytes is its own ciphertext.
        Assert.Equal(vector.Blob.Length == 0, vector.Layer.Digest == encrypted.After.Digest);
        Assert.Equal(vector.Payload, (await bench.DecryptAsync("again:1", "back:1", keys, strict: true)).After.Digest);
    }

    [Fact]
    public async Task Every_recipe_has_its_vector_and_every_vector_its_recipe()
    {
        var update = Environment.GetEnvironmentVariable("COFFER_UPDATE_VECTORS") == "1";
        if (update) await VectorKeys.MakeMissingAsync();
        foreach (var recipe in VectorRecipes.All)
        {
            if (update && !File.Exists(VectorFolder.File(recipe.Name))) await File.WriteAllTextAsync(VectorFolder.File(recipe.Name), (await recipe.MakeAsync()).Write(), TestContext.Current.CancellationToken);
        }

        Assert.Equal(VectorRecipes.All.Select(r => r.Name).Order(StringComparer.Ordinal), VectorFolder.Names);
        Assert.All(VectorRecipes.All, r =>
        {
            var vector = VectorFolder.Read(r.Name);
            Assert.Equal((r.Expect, r.Comment), (vector.Expect.Name, vector.Comment));
            Assert.Equal([.. r.Identities, .. r.Recipients], [.. vector.Identities, .. vector.Recipients]);
        });
    }

    [Fact]
    public void Every_outcome_and_every_scheme_has_a_vector()
    {
        var vectors = VectorFolder.Names.Select(VectorFolder.Read).ToList();
        Assert.Equal(VectorOutcome.All.Select(o => o.Name).ToHashSet(), vectors.Select(v => v.Expect.Name).ToHashSet());
        Assert.Superset(
            SchemeNames(),
            vectors.Where(v => v.Expect.Name == VectorOutcome.Success).SelectMany(v => v.Recipients).Select(r => r.Split(':')[0]).ToHashSet());
    }

    [Theory]
    [InlineData("expect: success", "expect: maybe")]
    [InlineData("payload: ", "loadpay: ")]
    [InlineData("coffer-vector: 1", "coffer-vector: 2")]
    public void Vector_with_an_outcome_or_member_outside_the_list_fails(string text, string by)
    {
        var good = File.ReadAllText(VectorFolder.File("jwe-rsa-oaep"));
        Assert.Throws<FormatException>(() => Vector.Parse(good.Replace(text, by, StringComparison.Ordinal)));
        Assert.Equal(good, Vector.Parse(good).Write());
    }

    private static HashSet<string> SchemeNames() => [.. ImageCrypt.KeyWrap.BuiltInSchemes.All.Select(s => s.Name)];
}
