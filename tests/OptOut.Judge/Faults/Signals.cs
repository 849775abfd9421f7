using System.ComponentModel;
using System.Runtime.InteropServices;

namespace OptOut.Judge.Faults;

/// <summary>SIGSTOP and SIGCONT, for which .NET has nothing.</summary>
internal static partial class Signals
{
    // Their numbers differ between the two systems.
    private static readonly int StopNumber = OperatingSystem.IsMacOS() ? 17 : 19, ContinueNumber = OperatingSystem.IsMacOS() ? 19 : 18;

    public static void Stop(int process) => Send(process, StopNumber);

    public static void Continue(int process) => Send(process, ContinueNumber);

    /// <summary>The processes that a process started, such as the Node.js that is Azurite.</summary>
    public static IReadOnlyList<int> ChildrenOf(int process)
    {
        var children = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out var id))
                continue;
            try
            {
                // "id (name) state parent ...": the name may contain anything.
                var stat = File.ReadAllText(Path.Combine(folder, "stat"));
                if (int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], provider: null) == process)
                    children.Add(id);
            }
            catch (IOException)
            {
                // It ended meanwhile.
            }
        }

        return children;
    }

    private static void Send(int process, int signal)
    {
        const int NoSuchProcess = 3;
        if (Kill(process, signal) != 0 && Marshal.GetLastPInvokeError() is var error and not NoSuchProcess)
            throw new Win32Exception(error);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
