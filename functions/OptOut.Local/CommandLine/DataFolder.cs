namespace OptOut.Local.CommandLine;

/// <summary>The folder in which the tables, blobs and messages of this machine are stored.</summary>
internal static class DataFolder
{
    /// <summary>
    /// <c>.data</c> beside the project when the program runs from its repository (git ignores it, and each work tree has its own);
    /// otherwise a folder in the user's application data.
    /// </summary>
    public static string Default()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "OptOut.Local.csproj")))
                return Path.Combine(folder.FullName, ".data");
        }

        var local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create);
        return Path.Combine(local.Length > 0 ? local : Path.GetTempPath(), "OptOut", "data");
    }
}
