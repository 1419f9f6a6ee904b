using Coffer.Pkcs11.Native;

namespace Coffer.Pkcs11.Tests.Native;

public sealed unsafe class StructureTests
{
    [Fact]
    public void Structures_have_the_sizes_that_a_64_bit_C_compiler_gives_them()
    {
        Assert.SkipUnless(sizeof(nuint) == 8, "the sizes are those of a 64-bit ABI");
        Assert.Equal(88, sizeof(CkInfo));
        Assert.Equal(112, sizeof(CkSlotInfo));
        Assert.Equal(208, sizeof(CkTokenInfo));
        Assert.Equal(48, sizeof(CkInitializeArguments));
        Assert.Equal(24, sizeof(CkAttribute));
        Assert.Equal(24, sizeof(CkMechanism));
        Assert.Equal(40, sizeof(CkRsaOaepParameters));
    }

    [Fact]
    public void Return_values_have_names_and_unknown_ones_a_number()
    {
        Assert.Equal("CKR_PIN_INCORRECT", ReturnValue.Name(0xa0));
        Assert.Equal("return value 0x0000beef", ReturnValue.Name(0xbeef));
        Assert.Equal("vendor-defined return value 0x80000001", ReturnValue.Name(0x80000001));
        Assert.Equal("C_Login failed: CKR_PIN_LOCKED", Pkcs11Exception.FromCall("C_Login", 0xa4).Message);
        Assert.NotNull(Pkcs11Exception.FromCall("C_Login", 0xa4).Hint);
    }
}
