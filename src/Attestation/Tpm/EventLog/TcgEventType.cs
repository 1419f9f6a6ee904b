namespace Coffer.Attestation.Tpm.EventLog;

/// <summary>Types of measured events (TCG PC Client Platform Firmware Profile, section 10.4.1): those that are looked at, and the common ones for their names.</summary>
internal static class TcgEventType
{
    public const uint NoAction = 0x3, Separator = 0x4, EventTag = 0x6, Ipl = 0xD;
    public const uint EfiVariableDriverConfig = 0x80000001, EfiBootServicesApplication = 0x80000003, EfiAction = 0x80000007, EfiHcrtm = 0x80000010, EfiVariableAuthority = 0x800000E0;

    public static string NameOf(uint type) => type switch
    {
        0x0 => "EV_PREBOOT_CERT",
        0x1 => "EV_POST_CODE",
        NoAction => "EV_NO_ACTION",
        Separator => "EV_SEPARATOR",
        0x5 => "EV_ACTION",
        EventTag => "EV_EVENT_TAG",
        0x7 => "EV_S_CRTM_CONTENTS",
        0x8 => "EV_S_CRTM_VERSION",
        0x9 => "EV_CPU_MICROCODE",
        0xA => "EV_PLATFORM_CONFIG_FLAGS",
        0xB => "EV_TABLE_OF_DEVICES",
        0xC => "EV_COMPACT_HASH",
        Ipl => "EV_IPL",
        0xE => "EV_IPL_PARTITION_DATA",
        0xF => "EV_NONHOST_CODE",
        0x10 => "EV_NONHOST_CONFIG",
        0x11 => "EV_NONHOST_INFO",
        0x12 => "EV_OMIT_BOOT_DEVICE_EVENTS",
        EfiVariableDriverConfig => "EV_EFI_VARIABLE_DRIVER_CONFIG",
        0x80000002 => "EV_EFI_VARIABLE_BOOT",
        EfiBootServicesApplication => "EV_EFI_BOOT_SERVICES_APPLICATION",
        0x80000004 => "EV_EFI_BOOT_SERVICES_DRIVER",
        0x80000005 => "EV_EFI_RUNTIME_SERVICES_DRIVER",
        0x80000006 => "EV_EFI_GPT_EVENT",
        EfiAction => "EV_EFI_ACTION",
        0x80000008 => "EV_EFI_PLATFORM_FIRMWARE_BLOB",
        0x80000009 => "EV_EFI_HANDOFF_TABLES",
        0x8000000A => "EV_EFI_PLATFORM_FIRMWARE_BLOB2",
        0x8000000B => "EV_EFI_HANDOFF_TABLES2",
        0x8000000C => "EV_EFI_VARIABLE_BOOT2",
        EfiHcrtm => "EV_EFI_HCRTM_EVENT",
        EfiVariableAuthority => "EV_EFI_VARIABLE_AUTHORITY",
        _ => $"0x{type:x8}",
    };
}
