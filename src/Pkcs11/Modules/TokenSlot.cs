using System.Text;
using Coffer.Pkcs11.Native;

namespace Coffer.Pkcs11.Modules;

/// <summary>A slot with an initialized token, as the module describes it. Texts come without their padding blanks.</summary>
internal sealed record TokenSlot(
    nuint Id, string Label, string Manufacturer, string Model, string Serial, nuint Flags, string SlotDescription, string SlotManufacturer)
{
    /// <summary>More slots than this are not looked at.</summary>
    private const int MaximumSlots = 4096;

    public bool Has(nuint flag) => (Flags & flag) != 0;

    /// <summary>The one token that the URI means.</summary>
    /// <exception cref="Pkcs11Exception">None or several match, or the URI says nothing about the token.</exception>
    public static TokenSlot Find(ModuleLease module, Pkcs11Uri uri)
    {
        if (!uri.NamesToken)
        {
            throw new Pkcs11Exception("the pkcs11 URI does not say which token it means",
                "add token=LABEL, serial=NUMBER or slot-id=NUMBER to its path");
        }
        RequireLibrary(module, uri);
        var present = List(module);
        var matching = present.Where(slot => Matches(slot, uri)).ToList();
        return matching.Count switch
        {
            1 => matching[0],
            0 => throw new Pkcs11Exception($"no token matches {uri}", present.Count == 0
                ? "the module shows no initialized token at all; check its configuration"
                : $"the module shows: {string.Join(", ", present.Take(8).Select(s => $"'{s.Label}' (serial {s.Serial}, slot {s.Id})"))}"),
            _ => throw new Pkcs11Exception($"{matching.Count} tokens match {uri}",
                $"add serial= to the URI: {string.Join(", ", matching.Take(8).Select(s => s.Serial))}"),
        };
    }

    /// <summary>Every slot that holds an initialized token.</summary>
    public static unsafe IReadOnlyList<TokenSlot> List(ModuleLease module)
    {
        nuint count = 0;
        Pkcs11Exception.Check("C_GetSlotList", module.Functions.GetSlotList(1, null, &count));
        var room = (nuint)Math.Min((ulong)count + 16, MaximumSlots); // tokens may be plugged in between the two calls
        var ids = new nuint[room];
        fixed (nuint* first = ids)
            Pkcs11Exception.Check("C_GetSlotList", module.Functions.GetSlotList(1, first, &room));
        var slots = new List<TokenSlot>();
        foreach (var id in ids.AsSpan(0, (int)Math.Min((ulong)room, (ulong)ids.Length)))
        {
            CkTokenInfo token;
            CkSlotInfo slot;
            if (module.Functions.GetTokenInfo(id, &token) != ReturnValue.Ok || module.Functions.GetSlotInfo(id, &slot) != ReturnValue.Ok)
                continue; // unplugged meanwhile, or not recognized
            if ((token.Flags & Ck.TokenInitialized) == 0)
                continue;
            slots.Add(new TokenSlot(id, Text(token.Label), Text(token.Manufacturer), Text(token.Model), Text(token.SerialNumber),
                token.Flags, Text(slot.Description), Text(slot.Manufacturer)));
        }
        return slots;
    }

    private static bool Matches(TokenSlot slot, Pkcs11Uri uri) =>
        (uri.SlotId is not { } id || slot.Id == id)
        && Agrees(uri.Token, slot.Label)
        && Agrees(uri.Serial, slot.Serial)
        && Agrees(uri.Manufacturer, slot.Manufacturer)
        && Agrees(uri.Model, slot.Model)
        && Agrees(uri.SlotDescription, slot.SlotDescription)
        && Agrees(uri.SlotManufacturer, slot.SlotManufacturer);

    private static unsafe void RequireLibrary(ModuleLease module, Pkcs11Uri uri)
    {
        if (uri.LibraryManufacturer is null && uri.LibraryDescription is null && uri.LibraryVersion is null)
            return;
        CkInfo info;
        Pkcs11Exception.Check("C_GetInfo", module.Functions.GetInfo(&info));
        var (major, minor) = (info.LibraryVersion.Major, info.LibraryVersion.Minor);
        // RFC 7512 section 2.3: a version without a minor part means minor 0.
        var version = uri.LibraryVersion is { } asked && !asked.Contains('.', StringComparison.Ordinal) ? asked + ".0" : uri.LibraryVersion;
        if (!Agrees(uri.LibraryManufacturer, Text(info.Manufacturer)) || !Agrees(uri.LibraryDescription, Text(info.LibraryDescription))
            || !Agrees(version, $"{major}.{minor}"))
        {
            throw new Pkcs11Exception($"the module {module.Path} is not the library that {uri} asks for",
                $"it calls itself '{Text(info.LibraryDescription)}' by '{Text(info.Manufacturer)}', version {major}.{minor}");
        }
    }

    private static bool Agrees(string? asked, string found) => asked is null || string.Equals(asked.TrimEnd(' '), found, StringComparison.Ordinal);

    // Labels end up in messages: a terminal must not obey what a token calls itself.
    private static string Text(ReadOnlySpan<byte> padded) => string.Concat(
        Encoding.UTF8.GetString(padded.TrimEnd((byte)' ').TrimEnd((byte)0)).Select(c => char.IsControl(c) ? '?' : c));
}
