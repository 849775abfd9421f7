using OptOut.Judge;

return await new JudgeCommand(new JudgeRun(Console.Out).RunAsync).Parse(args).InvokeAsync();
