namespace OptOut.Local.CommandLine;

/// <summary>What one run of the program starts or does.</summary>
internal enum Part
{
    All,
    Functions,
    Bus,
    Sandbox,
    Azurite,
    Demo,
    Unsubscribe,
    Settings,
    Restore,
}
