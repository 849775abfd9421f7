namespace Microsoft.Azure.Functions.Worker;

/// <summary>Stands in for the attribute of Microsoft.Azure.Functions.Worker.Extensions.Timer.</summary>
/// <param name="schedule">Six-field NCRONTAB (seconds first), a TimeSpan, or a setting's name between percent signs.</param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class TimerTriggerAttribute(string schedule) : Attribute
{
    public string Schedule { get; } = schedule;

    public bool RunOnStartup { get; set; }

    public bool UseMonitor { get; set; } = true;
}
